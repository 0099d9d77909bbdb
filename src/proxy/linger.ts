import type { ServerResponse } from 'node:http'

/** A client that still sends and does not read for so long will not read any more. */
const lingerMs = 5000

/**
 * Ends an answer while its request may still be under way. Closing a connection with bytes unread resets it, and the
 * client may lose the answer (RFC 9112 §9.6): so the rest of the content is read and dropped, and where the connection is
 * to close, that happens when the content is over.
 */
export function endAnswer(response: ServerResponse, content?: string | Buffer): void {
  const { req } = response
  if (req.complete || req.destroyed) return void response.end(content)
  req.resume()
  if (response.shouldKeepAlive || isUnasked(response)) return void response.end(content)
  if (content !== undefined) response.write(content)
  const end = () => {
    clearTimeout(timer)
    req.off('end', end).off('close', end)
    response.end()
  }
  const timer = setTimeout(end, lingerMs)
  req.once('end', end).once('close', end)
}

/** A client that waits for 100 and gets its final answer sends no content, or may (RFC 9110 §10.1.1): where the next request begins is in doubt. */
function isUnasked({ req }: ServerResponse): boolean {
  return req.headers.expect !== undefined && req.readableLength === 0
}

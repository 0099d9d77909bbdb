/**
 * The control socket, as the running proxy holds it: HTTP/1.1, every answer one or more lines of JSON. It is for the user
 * who started the proxy, and the file system sees to that.
 *
 *     curl --unix-socket PATH http://cordon/status
 *
 *     GET  /status           what it is and does
 *     GET  /logs?lines=N     the last lines of its log; with `&follow=1` those that come, too
 *     POST /reload           reads the files again
 *     POST /stop?within=MS   a line with what it waits for, and one when it is over
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { CordonError, sentenceOf } from '../base/error.ts'
import type { Log } from '../base/log.ts'
import type { LogTail } from '../base/log-tail.ts'
import { listenAt } from './socket.ts'
import type { Renewed, Status } from './status.ts'
import { toldOf } from './told.ts'

/** What the running proxy does when it is asked. */
export interface Controlled {
  readonly version: string
  readonly log: Log
  readonly tail: LogTail
  status(): Promise<Status>
  /** Rejects with the fault that kept the files from being taken over. */
  reload(): Promise<Renewed>
  /** Begins the end, or shortens it; `ended` resolves with how many streams were cut off. */
  stop(withinMs: number): { waitsFor: number; ended: Promise<number> }
}

export interface ControlServer {
  /** Answers what was asked, and takes no more. */
  close(): Promise<void>
}

/** Throws as `listenAt`. */
export async function serveControl(path: string, controlled: Controlled): Promise<ControlServer> {
  const readers = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    answer(request, response, controlled, readers).catch((thrown: unknown) => refuse(response, thrown, controlled.log))
  })
  await listenAt(server, path)
  server.unref()
  return {
    close() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      for (const reader of readers) reader.end()
      setTimeout(() => server.closeAllConnections(), lingerMs).unref()
      return closed
    },
  }
}

/** Whoever has not read the last answer by then will not. */
const lingerMs = 1000

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  controlled: Controlled,
  readers: Set<ServerResponse>,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://cordon')
  response.setHeader('content-type', 'application/x-ndjson')
  // An answer is the last of its connection, so that the end of the proxy waits for none.
  response.shouldKeepAlive = false
  const say = (fact: object) => void response.write(`${JSON.stringify(fact)}\n`)
  switch (`${request.method} ${pathname}`) {
    case 'GET /status':
      say(await controlled.status())
      return void response.end()
    case 'GET /logs':
      for (const line of controlled.tail.last(Number(searchParams.get('lines')))) response.write(line)
      if (searchParams.get('follow') !== '1') return void response.end()
      return follow(response, controlled.tail, readers)
    case 'POST /reload':
      say(await controlled.reload())
      return void response.end()
    case 'POST /stop': {
      const { waitsFor, ended } = controlled.stop(Number(searchParams.get('within')))
      say({ waitsFor })
      say({ cut: await ended })
      return void response.end()
    }
    default:
      throw new CordonError(
        'control_unknown',
        `The running cordon, ${controlled.version}, does not know ${request.method} ${pathname}.`,
        { hint: 'stop it, and start the one of this version' },
      )
  }
}

/** A reader that takes no more is let go: its lines would fill the memory. */
const mostUnread = 1 << 20

function follow(response: ServerResponse, tail: LogTail, readers: Set<ServerResponse>): void {
  const end = tail.follow((line) => {
    if (response.writableLength > mostUnread) response.destroy()
    else response.write(line)
  })
  readers.add(response)
  // Without a line yet the reader would not know that it is heard.
  response.flushHeaders()
  response.once('close', () => {
    end()
    readers.delete(response)
  })
}

function refuse(response: ServerResponse, thrown: unknown, log: Log): void {
  if (!(thrown instanceof CordonError)) log.error({ why: sentenceOf(thrown) }, 'control failed')
  if (response.headersSent) return void response.destroy()
  const error = thrown instanceof CordonError ? thrown : new CordonError('internal', 'cordon failed on this question.')
  response.statusCode = 409
  response.end(`${JSON.stringify({ error: toldOf(error) })}\n`)
}

import type { CordonError } from '../base/error.ts'
import type { ClientAnswer, ClientRequest } from './client-request.ts'
import { forward } from './forward.ts'
import { type Prepared, type Progress, prepare, type Way } from './prepare.ts'
import type { Proxy } from './proxy.ts'
import { answerToRequest, asCordonError, causeOf } from './refuse.ts'

/** One request's way from client to origin, and its response's way back. Never rejects: a failure is an answer. */
export async function carry(request: ClientRequest, answer: ClientAnswer, way: Way, proxy: Proxy): Promise<void> {
  const started = performance.now()
  const progress: Progress = {}
  proxy.underWay.begin()
  try {
    const { target, fields, pool }: Prepared = await prepare(request, way, proxy, progress)
    if (request.isArriving) await nextTurn()
    const status = await forward(target, fields, request, answer, pool)
    logExchange(request, way, proxy, progress, { status, ms: performance.now() - started })
  } catch (thrown) {
    const error = asCordonError(thrown)
    const host = progress.target?.host ?? (way.kind === 'tunnel' ? way.tunnel.host : undefined)
    const refusal = answerToRequest(error, request.fields.endToEnd, host)
    answer.refuse(refusal)
    logExchange(request, way, proxy, progress, { status: refusal.status, ms: performance.now() - started, error })
  } finally {
    proxy.underWay.end()
  }
}

/** What lies in the same packet has been read by then. */
const nextTurn = () => new Promise<void>((begin) => setImmediate(begin))

interface Outcome {
  status: number
  ms: number
  error?: CordonError
}

/** The one log line of an exchange. The request target is left out: paths and queries hold keys often enough. */
export function logExchange(
  { method, version }: ClientRequest,
  way: Way,
  proxy: Proxy,
  { target, verdict }: Progress,
  { status, ms, error }: Outcome,
): void {
  const facts = {
    authority: target?.authority,
    method,
    http: version,
    verdict: error ? 'refuse' : verdict?.kind,
    route: verdict?.kind === 'inject' ? verdict.route.name : undefined,
    client: way.client.kind === 'known' ? way.client.name : way.client.kind,
    status,
    ms: Math.round(ms),
  }
  if (!error) return proxy.log.info(facts, 'exchange')
  proxy.tally.refuse(error)
  const cause = error.code === 'internal' && error.cause instanceof Error ? error.cause.stack : causeOf(error)
  proxy.log.warn({ ...facts, code: error.code, why: error.message, cause }, 'exchange refused')
}

import type { CordonError } from '../base/error.ts'
import type { Host } from '../base/names.ts'
import type { ClientAnswer, ClientRequest } from './client-request.ts'
import { forward } from './forward.ts'
import { type Prepared, type Progress, prepare, type Way } from './prepare.ts'
import type { Proxy } from './proxy.ts'
import { answerToRequest, asCordonError, causeOf } from './refuse.ts'

/** One request's way from client to origin, and its response's way back. Never rejects: a failure is an answer. */
export async function carry(request: ClientRequest, answer: ClientAnswer, way: Way, proxy: Proxy): Promise<void> {
  proxy.underWay.begin()
  try {
    await exchange(request, way, proxy, {
      onward: async ({ target, fields, pool }) => {
        if (request.isArriving) await nextTurn()
        return forward(target, fields, request, answer, pool)
      },
      refuse: (error, host) => {
        const refusal = answerToRequest(error, request.fields.endToEnd, host)
        answer.refuse(refusal)
        return refusal.status
      },
    })
  } finally {
    proxy.underWay.end()
  }
}

/** What lies in the same packet has been read by then. */
const nextTurn = () => new Promise<void>((begin) => setImmediate(begin))

/** How a request goes on, and how its client is told that it does not. */
export interface Course {
  /** Resolves with the status of the answer; rejects while the client has none yet. */
  onward(prepared: Prepared): Promise<number>
  /** Gives the status of the refusal. */
  refuse(error: CordonError, host: Host | undefined): number
}

/** What is the same for every request, whatever its answer is. Never rejects: a failure is told to the client and to the log. */
export async function exchange(request: ClientRequest, way: Way, proxy: Proxy, course: Course): Promise<void> {
  const started = performance.now()
  const progress: Progress = {}
  try {
    const status = await course.onward(await prepare(request, way, proxy, progress))
    logExchange(request, way, proxy, progress, { status, ms: performance.now() - started })
  } catch (thrown) {
    const error = asCordonError(thrown)
    const status = course.refuse(error, progress.target?.host ?? (way.kind === 'tunnel' ? way.tunnel.host : undefined))
    logExchange(request, way, proxy, progress, { status, ms: performance.now() - started, error })
  }
}

interface Outcome {
  status: number
  ms: number
  error?: CordonError
}

/** The one log line of an exchange. The request target is left out: paths and queries hold keys often enough. */
function logExchange(
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

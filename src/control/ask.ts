/** Asking the proxy that runs for a scope, over its control socket. */
import { type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { CordonError, systemCodeOf } from '../base/error.ts'
import { readPointer } from './pointer.ts'
import type { Renewed, Status } from './status.ts'
import { errorFrom, type ToldError } from './told.ts'

/** Undefined when no proxy runs for the scope of this folder. */
export async function askStatus(folder: string): Promise<Status | undefined> {
  for await (const status of ask<Status>(folder, 'GET', '/status')) return status
  return undefined
}

/** Undefined when no proxy runs. Throws the fault that keeps the one that runs from going by the files as they are. */
export async function askReload(folder: string): Promise<Renewed | undefined> {
  for await (const renewed of ask<Renewed>(folder, 'POST', '/reload')) return renewed
  return undefined
}

/** What is said of a stop: first how many streams it waits for, then how many it cut off. */
export type StopNews = { waitsFor: number } | { cut: number }

/** Nothing is said when no proxy runs. */
export function askStop(folder: string, withinMs: number): AsyncGenerator<StopNews> {
  return ask(folder, 'POST', `/stop?within=${withinMs}`)
}

/** The last lines of the log, and with `follow` those that come; undefined when no proxy runs. */
export async function askLog(
  folder: string,
  { lines, follow }: { lines: number; follow: boolean },
): Promise<AsyncIterable<string> | undefined> {
  const answer = await open(folder, 'GET', `/logs?lines=${lines}${follow ? '&follow=1' : ''}`)
  return answer && linesOf(answer)
}

/** The facts of the answer, as they come; none when no proxy runs. Throws the error that it answers with. */
async function* ask<Fact>(folder: string, method: string, path: string): AsyncGenerator<Fact> {
  const answer = await open(folder, method, path)
  if (answer) for await (const line of linesOf(answer)) yield JSON.parse(line) as Fact
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  const lines = createInterface({ input: answer })
  // A proxy that was killed says no more.
  answer.once('error', () => lines.close())
  for await (const line of lines) {
    if (answer.statusCode !== 200) throw errorFrom((JSON.parse(line) as { error: ToldError }).error)
    yield line
  }
}

async function open(folder: string, method: string, path: string): Promise<IncomingMessage | undefined> {
  const pointer = readPointer(folder)
  return pointer && send(pointer.socket, method, path)
}

/** Undefined when nobody is behind the socket. */
function send(socketPath: string, method: string, path: string): Promise<IncomingMessage | undefined> {
  return new Promise((done, fail) => {
    const question = request({ socketPath, method, path, agent: false, headers: { host: 'cordon' } }, done)
    question.once('error', (cause) => {
      const code = systemCodeOf(cause) ?? ''
      if (['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes(code)) return done(undefined)
      fail(
        new CordonError('control_unsafe', `The control socket ${socketPath} does not open: ${cause.message}.`, {
          hint: `look at it with \`ls -l ${socketPath}\``,
          cause,
        }),
      )
    })
    question.end()
  })
}

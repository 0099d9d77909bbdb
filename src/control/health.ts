import { request } from 'node:http'
import { systemCodeOf } from '../base/error.ts'

/** Who answers on a port of 127.0.0.1. */
export type Health = { kind: 'cordon'; version: string } | { kind: 'nobody' } | { kind: 'somebody' }

/** Asks `GET /health`. Never rejects. */
export function askHealth(port: number, timeoutMs = 2000): Promise<Health> {
  return new Promise((done) => {
    const question = request(
      { host: '127.0.0.1', port, path: '/health', agent: false, timeout: timeoutMs },
      (answer) => {
        answer.resume()
        const version = /^cordon\/(\S+)$/.exec(String(answer.headers.server))?.[1]
        done(version === undefined || answer.statusCode !== 200 ? { kind: 'somebody' } : { kind: 'cordon', version })
      },
    )
    question.on('timeout', () => question.destroy(new Error('no answer in time')))
    question.on('error', (error) =>
      done(systemCodeOf(error) === 'ECONNREFUSED' ? { kind: 'nobody' } : { kind: 'somebody' }),
    )
    question.end()
  })
}

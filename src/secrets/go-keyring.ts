import { CordonError } from '../base/error.ts'
import type { KeyringPlace } from './source.ts'

/**
 * The value inside what the Go library `zalando/go-keyring` (GitHub's `gh`, among others) wrote: on macOS it wraps values
 * as base64, and older versions did as hex. What has neither prefix is the value itself. Throws `secret_unfit`.
 */
export function unwrapGoKeyring(stored: string, { service, account }: KeyringPlace): string {
  const [, wrapping, text = ''] = /^go-keyring-(base64|encoded):(.*)$/s.exec(stored) ?? []
  if (wrapping === undefined) return stored
  const encoding = wrapping === 'base64' ? 'base64' : 'hex'
  const bytes = Buffer.from(text, encoding)
  if (bytes.toString(encoding) !== text) {
    throw new CordonError('secret_unfit', `The secret "${account}" of ${service} is not what go-keyring writes.`)
  }
  return bytes.toString('utf8')
}

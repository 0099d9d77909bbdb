import { CordonError } from '../base/error.ts'
import { placeholderOf } from '../config/known-hosts.ts'
import { Secret } from '../secrets/secret.ts'

/** What Codex holds in place of a key. It has the shape of one, so that nothing on the way refuses it. */
export const placeholder = placeholderOf('sk-')

/** `auth.json` of a Codex that is logged in with the placeholder. */
export const placeholderLogin = `${JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: placeholder })}\n`

/** The login that Codex has. */
export type Login =
  | { kind: 'none' }
  | { kind: 'placeholder' }
  | { kind: 'key'; key: Secret }
  | { kind: 'chatgpt' }
  | { kind: 'other'; mode: string }

// The older guides have people log in with this one by hand.
const knownDummies = new Set([placeholder, 'dummy-replaced-by-cordon'])

/** Reads `auth.json`. Throws `login_unreadable`. */
export function loginOf(text: string | undefined, path: string): Login {
  if (text === undefined) return { kind: 'none' }
  const { auth_mode: mode, OPENAI_API_KEY: key, tokens } = parse(text, path)
  if (mode === 'chatgpt' || (mode === undefined && tokens)) return { kind: 'chatgpt' }
  if (mode !== undefined && mode !== 'apikey') return { kind: 'other', mode: String(mode) }
  // Such tokens are credentials too, and whoever replaced the file would have to keep them somewhere.
  if (tokens) return { kind: 'other', mode: 'a key, with tokens of ChatGPT beside it' }
  if (typeof key !== 'string' || key === '') return { kind: 'none' }
  return knownDummies.has(key) ? { kind: 'placeholder' } : { kind: 'key', key: new Secret(key) }
}

function parse(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // A parser's message quotes the text it stumbled over, which may be the key: it is no cause to keep.
  }
  throw new CordonError('login_unreadable', `${path} is not the JSON that Codex writes.`, {
    hint: 'run `codex login`, or remove the file',
  })
}

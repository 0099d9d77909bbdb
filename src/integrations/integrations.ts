import { distance } from 'fastest-levenshtein'
import { CordonError } from '../base/error.ts'
import { aider } from './aider.ts'
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { copilot } from './copilot.ts'
import { cursor } from './cursor.ts'
import { devcontainer } from './devcontainer.ts'
import { gemini } from './gemini.ts'
import { hermes } from './hermes.ts'
import type { Integration } from './integration.ts'
import { openclaw } from './openclaw.ts'
import { opencode } from './opencode.ts'
import { qwen } from './qwen.ts'

/** Every agent that `cordon setup` knows. */
export const integrations: readonly Integration[] = [
  codex,
  claudeCode,
  gemini,
  opencode,
  qwen,
  copilot,
  cursor,
  aider,
  hermes,
  openclaw,
  devcontainer,
]

/** The agent of that name. Throws `usage`. */
export function integrationNamed(name: string): Integration {
  const found = integrations.find((one) => one.name === name)
  if (found) return found
  const meant = integrations.find((one) => distance(one.name, name) <= 3)
  const known = integrations.map((one) => one.name).join(', ')
  throw new CordonError('usage', `cordon does not know how to set up ${JSON.stringify(name)}.`, {
    hint: meant
      ? `did you mean ${meant.name}?`
      : `it knows ${known}; any other program runs with \`eval "$(cordon env)"\``,
  })
}

import { privateFile } from '../base/file.ts'
import { valueAt } from '../config/toml-text.ts'
import { blockOf, withoutBlock } from './block.ts'
import { loginOf, placeholderLogin } from './codex-auth.ts'
import { editConfig } from './codex-config.ts'
import { loadable } from './codex-daemon.ts'
import { excludeChange } from './codex-exclude.ts'
import { type Home, openHome } from './codex-home.ts'
import { assignedIn, editVariables } from './env-file.ts'
import type { IntegrationContext, Plan } from './integration.ts'
import { partOf } from './manifest.ts'
import { withoutKey } from './marked-key.ts'
import { ownKeysIn } from './own-keys.ts'

/** What a set-up of Codex would change. `.env` comes last: what leads Codex through cordon is there when all else is. */
export function planCodex(context: IntegrationContext): Plan {
  const home = openHome(context)
  const plan: Plan = { changes: [], notices: [], next: [], realKey: undefined }
  planExclude(plan, home, context)
  planConfig(plan, home, context)
  planLogin(plan, home)
  planEnv(plan, home, context)
  plan.next.push(context.scope === 'project' ? 'export CODEX_HOME="$PWD/.codex" && codex' : 'codex')
  return plan
}

function planExclude(plan: Plan, home: Home, context: IntegrationContext): void {
  if (context.scope === 'user') return
  const exclude = excludeChange(home, context)
  if (exclude?.change) plan.changes.push(exclude.change)
  if (!exclude?.tracked.includes('config.toml')) return
  plan.notices.push(
    `${home.config.path} is tracked by git: commit neither our lines nor the token in them, and read the file first, for Codex will trust all of it.`,
  )
}

function planConfig(
  plan: Plan,
  { config: { path, text }, manifest }: Home,
  { variables, scope }: IntegrationContext,
): void {
  const part = partOf(manifest, path)
  const edit = editConfig(text ?? '', variables, part?.kind === 'keys' ? part.keys : [], scope)
  plan.notices.push(...edit.notices)
  if (edit.text === (text ?? '')) return
  plan.changes.push({
    path,
    before: text,
    after: edit.text,
    mode: privateFile,
    part: { kind: 'keys', keys: edit.keys },
  })
}

function planLogin(plan: Plan, { auth: { path, text }, config }: Home): void {
  const store = valueAt(config.text ?? '', ['cli_auth_credentials_store'])
  if (store === 'keyring' || store === 'ephemeral') {
    plan.notices.push(
      `Codex does not keep its login in auth.json (cli_auth_credentials_store = "${store}"); log it in with any dummy: \`codex login --with-api-key\`.`,
    )
    return
  }
  const login = loginOf(text, path)
  const change = { path, after: placeholderLogin, mode: privateFile, part: { kind: 'login' } } as const
  switch (login.kind) {
    case 'none':
      plan.changes.push({ ...change, before: text })
      return
    case 'key':
      plan.realKey = {
        path,
        key: login.key,
        change: {
          ...change,
          before: withoutKey(text ?? '', login.key, path),
          note: 'the key moves into the secret store',
        },
      }
      return
    case 'chatgpt':
    case 'other':
      plan.notices.push(
        `Codex stays logged in ${login.kind === 'chatgpt' ? 'with ChatGPT' : `by ${login.mode}`}; cordon puts in API keys only, and \`codex login --with-api-key\` switches to one.`,
      )
      return
    case 'placeholder':
      return
  }
}

function planEnv(plan: Plan, { env: { path, text }, manifest }: Home, { variables, self }: IntegrationContext): void {
  const loaded = loadable(variables)
  const { text: after, part } = editVariables(text ?? '', loaded, blockOf(partOf(manifest, path)))
  const foreign = assignedIn(withoutBlock(after), Object.keys(loaded))
  if (foreign.length > 0)
    plan.notices.push(`${path} sets ${foreign.join(', ')} itself; cordon's lines come last and win.`)
  plan.notices.push(...ownKeysIn(path, self.options))
  if (after === text) return
  plan.changes.push({ path, before: text, after, mode: privateFile, part })
}

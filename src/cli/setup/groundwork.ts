import { changeConfig } from '../../config/allowed.ts'
import type { Scope } from '../../config/scope.ts'
import { ensureToken } from '../../config/tokens.ts'
import { writeBundle } from '../../tls/bundle.ts'
import { ensureCa } from '../../tls/ca.ts'
import { keepTrustStore } from '../../tls/trust-store.ts'
import { type Context, certsOf } from '../context.ts'
import type { ConfigDraft } from './draft.ts'

/** The CA, its bundle, cordon.toml and the default client token: made where they are missing, left alone where not. */
export async function layGroundwork({ terminal, env }: Context, scope: Scope, draft: ConfigDraft): Promise<void> {
  const { ca, made } = ensureCa(certsOf(scope, draft.config), { name: scope.name })
  writeBundle({ path: scope.certs.bundle, ca, env })
  await keepTrustStore(scope.certs)
  if (made) terminal.done(`Made a CA for ${whose(scope)} in ${scope.certs.folder}; no trust store was touched.`)
  else terminal.done(`The CA of ${whose(scope)} is there already.`)

  if (draft.after === draft.before) terminal.done(`${scope.configPath} says all that is needed already.`)
  else {
    changeConfig(scope, draft.before, draft.after)
    const routes =
      draft.addedRoutes.length === 0
        ? ''
        : `, with ${draft.addedRoutes.length === 1 ? 'the route' : 'the routes'} ${draft.addedRoutes.join(' and ')}`
    terminal.done(
      `${draft.before === undefined ? 'Wrote' : 'Changed'} ${scope.configPath}: port ${draft.config.listen}${routes}.`,
    )
  }
  if (draft.why !== undefined) terminal.notice(draft.why)
  ensureToken(scope.tokensPath, 'default', 'readable')
}

const whose = ({ kind }: Scope) => (kind === 'user' ? 'this user' : 'this project')

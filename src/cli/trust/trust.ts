import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { loadCa } from '../../tls/ca.ts'
import { namesOf } from '../../tls/constrained.ts'
import { anchorFor, keepAnchor, keptAnchors } from '../../trust/anchors.ts'
import { carryOut } from '../../trust/machine.ts'
import { planTrust } from '../../trust/plan.ts'
import { forgetUnheld } from '../../trust/stores.ts'
import { type Context, certsOf, configIn, type Placed, placed, suffixOf } from '../context.ts'
import { andList } from '../word.ts'
import { commandsOf, noteRoot, type StoreOptions, storesFor, withStoreOptions } from './stores.ts'

export const trustCommand = (context: Context) =>
  withStoreOptions(placed(new Command('trust')))
    .description(
      'Let programs that ignore the variables of `cordon env` trust cordon: put its CA into the trust store of this machine and into the databases of Firefox and Chromium. What goes there is good for the hosts of the routes alone, and `cordon untrust` takes it out again.',
    )
    .addHelpText('after', '\n  $ cordon trust --dry-run\n  $ cordon trust --store nss')
    .action((options: Placed & StoreOptions) => trust(context, options))

/** Throws `route_missing` without a route, `root_store_missing` without a store, and what a store has to say. */
export function trust(context: Context, options: Placed & StoreOptions): void {
  const { terminal } = context
  const { scope, config } = configIn(context, options)
  const names = namesOf(config.routes.map(({ match }) => match.host))
  if (names.length === 0)
    throw new CordonError('route_missing', 'There is no route yet, so there is no host to trust cordon for.', {
      hint: `add one with \`cordon route add${suffixOf(options)}\``,
    })
  const folder = scope.certs.trusted
  const wanted = anchorFor(folder, scope.name, loadCa(certsOf(scope, config)), names)
  const older = keptAnchors(folder).filter(({ name }) => name !== wanted.name)
  const { machine, stores } = storesFor(context, options)
  const works = stores.map((store) => planTrust(store, wanted, older))
  if (options.dryRun) return terminal.answer(commandsOf(works, machine))

  const hosts = andList(names)
  noteRoot(context, works, machine)
  keepAnchor(wanted)
  for (const { label, steps } of works) {
    for (const step of steps) carryOut(step, machine)
    terminal.done(
      steps.length === 0
        ? `${upper(label)} trusts cordon for ${hosts} already.`
        : `${upper(label)} trusts cordon for ${hosts}, and for nothing else.`,
    )
  }
  forgetUnheld(machine, older)
  if (works.some(({ steps }) => steps.length > 0))
    terminal.notice('Programs that run already see it when they start again.')
}

const upper = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1)

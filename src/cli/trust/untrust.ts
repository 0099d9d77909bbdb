import { Command } from 'commander'
import { keptAnchors } from '../../trust/anchors.ts'
import { carryOut } from '../../trust/machine.ts'
import { planUntrust } from '../../trust/plan.ts'
import { forgetUnheld } from '../../trust/stores.ts'
import { type Context, type Placed, placed, scopeIn } from '../context.ts'
import { commandsOf, noteRoot, type StoreOptions, storesFor, withStoreOptions } from './stores.ts'

export const untrustCommand = (context: Context) =>
  withStoreOptions(placed(new Command('untrust')))
    .description(
      'Take the CA of cordon out of the trust stores again: every certificate that `cordon trust` put there, and no other.',
    )
    .action((options: Placed & StoreOptions) => untrust(context, options))

/** Throws what a store has to say. What no store holds any more is forgotten. */
export function untrust(context: Context, options: Placed & StoreOptions): void {
  const { terminal } = context
  const anchors = keptAnchors(scopeIn(context, options).certs.trusted)
  if (anchors.length === 0) return terminal.done(already)
  const { machine, stores } = storesFor(context, options)
  const works = stores.map((store) => planUntrust(store, anchors)).filter(({ steps }) => steps.length > 0)
  if (options.dryRun) return terminal.answer(commandsOf(works, machine))

  noteRoot(context, works, machine)
  for (const { label, steps } of works) {
    for (const step of steps) carryOut(step, machine)
    terminal.done(`Took the CA of cordon out of ${label}.`)
  }
  if (works.length === 0) terminal.done(already)
  forgetUnheld(machine, anchors)
}

const already = 'The trust stores are without the CA of this cordon already.'

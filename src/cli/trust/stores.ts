import { type Command, Option } from 'commander'
import { CordonError } from '../../base/error.ts'
import { shellWord } from '../../base/shell.ts'
import { type Machine, thisMachine, wordsOf } from '../../trust/machine.ts'
import type { Work } from '../../trust/plan.ts'
import { type StoreKind, storeKinds, type TrustStore } from '../../trust/store.ts'
import { storesOn } from '../../trust/stores.ts'
import type { Context } from '../context.ts'

export interface StoreOptions {
  store?: StoreKind
  dryRun?: boolean
}

export function withStoreOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--store <kind>', "the system's store alone, or the databases of Firefox and Chromium").choices(
        storeKinds,
      ),
    )
    .option('--dry-run', 'show the commands, and run none')
}

/** The stores that are meant, and a notice for each that is here and cannot be changed. Throws `root_store_missing`. */
export function storesFor(
  { env, terminal }: Context,
  { store }: StoreOptions,
): { machine: Machine; stores: TrustStore[] } {
  const machine = thisMachine(env)
  const found = storesOn(machine, store === undefined ? storeKinds : [store])
  for (const one of found) if (one.state === 'unusable') terminal.notice(`Left ${one.label} alone: ${one.why}.`)
  const stores = found.flatMap((one) => (one.state === 'usable' ? [one.store] : []))
  if (stores.length > 0) return { machine, stores }
  throw new CordonError('root_store_missing', 'There is no trust store here that cordon can change.', {
    hint: 'use the variables of `cordon env`, or give `NODE_EXTRA_CA_CERTS` of it to your program by hand',
  })
}

/** The commands as they would be typed, one a line. */
export function commandsOf(works: readonly Work[], machine: Machine): string {
  return works.flatMap(({ steps }) => steps.map((step) => wordsOf(step, machine).map(shellWord).join(' '))).join('\n')
}

/** Says before sudo asks why it will. */
export function noteRoot({ terminal }: Context, works: readonly Work[], machine: Machine): void {
  for (const { label, steps } of works)
    if (steps.some((step) => wordsOf(step, machine) !== step.words))
      terminal.notice(`Changing ${label} takes root, and sudo may ask for your password.`)
}

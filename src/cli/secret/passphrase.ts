import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { Secret } from '../../secrets/secret.ts'
import { type Context, type Placed, placed, scopeIn, sourcesIn } from '../context.ts'

export const secretPassphrase = (context: Context) =>
  placed(new Command('passphrase'))
    .summary('put a passphrase on the encrypted store, change it, or take it off')
    .description(
      'Put a passphrase on the key of the encrypted store (source age), or change it. `cordon start` asks for it then.',
    )
    .option('--remove', 'take it off: the key lies in a file that only you may read')
    .action((options: Placed & { remove?: boolean }) => changePassphrase(context, options))

export async function changePassphrase(context: Context, options: Placed & { remove?: boolean }): Promise<void> {
  const { terminal } = context
  const { age } = await sourcesIn(context, scopeIn(context, options))
  if (options.remove) {
    const wasProtected = await age.unprotect()
    return terminal.done(
      wasProtected ? `Took the passphrase off ${age.label}.` : `There is already no passphrase on ${age.label}.`,
    )
  }
  const passphrase = (await terminal.readSecret('New passphrase:')).replace(/\r?\n$/, '')
  if (passphrase === '')
    throw new CordonError('passphrase_empty', 'The passphrase is empty; nothing was changed.', {
      hint: 'type one, or take the old one off with `--remove`',
    })
  if (terminal.isInteractive && (await terminal.readSecret('The same again:')) !== passphrase)
    throw new CordonError('passphrase_differs', 'The two are not the same; nothing was changed.', {
      hint: 'run the command again',
    })
  await age.protect(new Secret(passphrase))
  terminal.done(`From now on ${age.label} opens with that passphrase only.`)
}

import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { listed } from '../arguments.ts'
import { type Context, placed } from '../context.ts'
import { importFromEnvironment } from './from-environment.ts'
import { importFromFile } from './from-file.ts'
import type { ImportOptions } from './ground.ts'
import { undoImport } from './undo.ts'

export const importCommand = (context: Context) =>
  placed(new Command('import'))
    .description(
      'Move real keys out of a plain .env file into the secret store, and leave placeholders in their place. A key is stored and read back before the file is touched; everything else in the file stays as it is.',
    )
    .argument('[file]', 'the file, .env when not given')
    .option('--from-env <name>', 'store the key in this variable of the environment instead; may be repeated', listed)
    .option('--key <variable=route>', 'the route of a variable that cordon does not know; may be repeated', listed)
    .option('--replace', 'put the keys in the place of other secrets that the store has for their routes')
    .option('--dry-run', 'show what would move where, and change nothing')
    .option('--undo', 'put the keys from the store back into the file')
    .option('-y, --yes', 'ask nothing')
    .addHelpText(
      'after',
      '\n  $ cordon import --dry-run\n  $ cordon import ~/.hermes/.env --scope user\n  $ cordon import --from-env OPENAI_API_KEY',
    )
    .action((file: string | undefined, options: ImportOptions) => importKeys(context, file, options))

/** Throws `usage` for what does not go together, and as the way that was chosen. */
export function importKeys(context: Context, file: string | undefined, options: ImportOptions): Promise<void> {
  if (options.fromEnv === undefined)
    return options.undo ? undoImport(context, file, options) : importFromFile(context, file, options)
  if (file !== undefined || options.undo) {
    const sentence = `--from-env does not go with ${options.undo ? '--undo' : 'a file'}.`
    throw new CordonError('usage', sentence, { hint: 'see `cordon import --help`' })
  }
  return importFromEnvironment(context, options.fromEnv, options)
}

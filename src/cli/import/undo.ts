import { type Assignment, fitsBetween, type Literal, withValues } from '../../config/dotenv.ts'
import { isPlaceholder } from '../../integrations/placeholder.ts'
import type { Secret } from '../../secrets/secret.ts'
import type { Context } from '../context.ts'
import { QuietExit } from '../exit.ts'
import { table } from '../table.ts'
import { andList } from '../word.ts'
import { readEnvText, rewrite } from './env-text.ts'
import type { ImportOptions } from './ground.ts'
import { agree, fileWord, type Ground, openGround } from './ground.ts'
import { type Stay, stays } from './move.ts'
import { placesOf, targetOf } from './target.ts'

/** A placeholder of the file, and the key that goes in its place. */
interface Return {
  kind: 'return'
  name: string
  line: number
  old: Literal
  secret: Secret
}

/** Puts the keys from the store in the place of their placeholders. The store keeps them. */
export async function undoImport(context: Context, file: string | undefined, options: ImportOptions): Promise<void> {
  const { terminal } = context
  const read = readEnvText(context, file)
  const ground = await openGround(context, options, fileWord(file))
  const outcomes: (Return | Stay)[] = []
  for (const one of read.assignments) outcomes.push(...(await returnOf(one, ground)))
  const returns = outcomes.filter((one) => one.kind === 'return')
  const left = outcomes.filter((one) => one.kind === 'stay')
  const shown = table(
    ['VARIABLE', 'LINE'],
    returns.map(({ name, line }) => [name, String(line)]),
  )
  if (returns.length === 0) terminal.done(`${read.path} has no placeholder that a key could take the place of.`)
  else if (options.dryRun) terminal.answer(shown)
  else {
    await agree(context, options, shown, `These real keys go back into ${read.path}:`)
    rewrite(
      read,
      withValues(
        read.text,
        returns.map(({ old, secret }) => ({ old, value: secret.reveal() })),
      ),
    )
    const names = [...new Set(returns.map(({ name }) => name))]
    terminal.done(`${read.path} has the real ${names.length === 1 ? 'key' : 'keys'} of ${andList(names)} again.`)
    terminal.notice('The store keeps them too; `cordon secret delete ROUTE` removes one.')
  }
  for (const { sentence } of left) terminal.notice(sentence)
  if (left.length > 0) throw new QuietExit(1)
}

async function returnOf(
  { name, line, value }: Assignment,
  { config, named, sources, command }: Ground,
): Promise<(Return | Stay)[]> {
  if (value.kind !== 'literal' || value.text === '' || !isPlaceholder(value.text)) return []
  const stay = (why: string): Stay[] => [stays(name, [line], why)]
  const target = targetOf(name, config, named)
  if (target === undefined)
    return stay(`cordon does not know its route; \`${command} --undo --key ${name}=ROUTE\` names it`)
  for (const place of placesOf(target.there)) {
    const secret = await sources.of(place).fetch(place)
    if (secret === undefined) continue
    if (fitsBetween(value.quote, secret.reveal())) return [{ kind: 'return', name, line, old: value, secret }]
    return stay(`its key cannot stand there as the placeholder does; put quotes around the placeholder`)
  }
  return stay(target.there.length === 0 ? 'there is no route for it' : 'the store has no key for it')
}

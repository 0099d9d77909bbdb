import { withValues } from '../../config/dotenv.ts'
import { hostsOfVariable, placeholderIn, placeholderOf } from '../../config/known-hosts.ts'
import type { Context } from '../context.ts'
import { andList } from '../word.ts'
import { carryOut, planText, tellRest } from './carry-out.ts'
import { type EnvText, isTracked, readEnvText, rewrite } from './env-text.ts'
import type { ImportOptions } from './ground.ts'
import { agree, fileWord, openGround } from './ground.ts'
import { atLines, type Move } from './move.ts'
import { planImport } from './plan.ts'

/** The keys are in the store, and proven to be, before the file is touched; it is then written whole. */
export async function importFromFile(
  context: Context,
  file: string | undefined,
  options: ImportOptions,
): Promise<void> {
  const { terminal } = context
  const read = readEnvText(context, file)
  const ground = await openGround(context, options, fileWord(file))
  const plan = await planImport(read.assignments, ground)
  const { moves } = plan
  if (moves.length === 0) terminal.done(`${read.path} holds no key that could be moved.`)
  else if (options.dryRun) terminal.answer(planText(plan))
  else {
    await agree(context, options, planText(plan), `These keys move out of ${read.path}:`)
    await carryOut(context, plan, ground)
    const changes = moves.flatMap((move) =>
      move.literals.map((old) => ({ old, value: placeholderOfVariable(move.name) })),
    )
    const after = withValues(read.text, changes)
    rewrite(read, after)
    terminal.done(`${read.path} has ${moves.length === 1 ? 'a placeholder' : 'placeholders'} for ${names(moves)} now.`)
    for (const notice of leftovers(context, read, after, moves)) terminal.notice(notice)
  }
  await tellRest(context, options.dryRun ? { ...plan, moves: [] } : plan, ground)
}

const names = (moves: readonly Move[]) => andList(moves.map(({ name }) => name))

const placeholderOfVariable = (name: string) =>
  hostsOfVariable(name).length > 0 ? placeholderIn(name) : placeholderOf('')

/** Where the keys still are, which an import cannot mend. */
function leftovers(context: Context, read: EnvText, after: string, moves: readonly Move[]): string[] {
  const { path } = read
  const notices = moves.flatMap(({ name, secret }) => {
    const lines = after.split('\n').flatMap((line, index) => (line.includes(secret.reveal()) ? [index + 1] : []))
    return lines.length === 0
      ? []
      : [`${path} still has the key of ${name} elsewhere${atLines(lines)}: take it out by hand.`]
  })
  const inShell = moves.filter(({ name, secret }) => context.env[name] === secret.reveal()).map(({ name }) => name)
  if (inShell.length > 0)
    notices.push(
      `This shell has ${andList(inShell)} too, and hands it to every program: \`unset ${inShell.join(' ')}\`.`,
    )
  if (isTracked(read, context))
    notices.push(`git tracks ${path}, so its history may have the key: make a new one, then \`cordon secret set\`.`)
  return notices
}

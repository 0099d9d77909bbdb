import { CordonError } from '../../base/error.ts'
import { isPlaceholder } from '../../integrations/placeholder.ts'
import type { Context } from '../context.ts'
import { andList, shownWord } from '../word.ts'
import { carryOut, planText, tellRest } from './carry-out.ts'
import type { ImportOptions } from './ground.ts'
import { agree, type Ground, openGround } from './ground.ts'
import type { Sighting } from './move.ts'
import { planImport } from './plan.ts'
import { targetOf } from './target.ts'

/** The keys are stored; the shell that has them is the person's own to change. */
export async function importFromEnvironment(
  context: Context,
  names: readonly string[],
  options: ImportOptions,
): Promise<void> {
  const { terminal, env } = context
  for (const name of names) if (env[name] === undefined) throw notThere(name)
  const ground = await openGround(context, options, names.map((name) => ` --from-env ${name}`).join(''))
  for (const name of names) refuseUnknown(name, ground)
  const around = Object.entries(env).map(([name, text = '']) => sighting(name, text))
  const plan = await planImport(
    around.filter(({ name }) => names.includes(name)),
    ground,
    around,
  )
  const { moves } = plan
  for (const name of names) if (isPlaceholder(env[name])) terminal.done(`${name} holds no real key already.`)
  if (moves.length > 0 && options.dryRun) terminal.answer(planText(plan))
  if (moves.length > 0 && !options.dryRun) {
    await agree(context, options, planText(plan), 'These keys of this shell go into the store:')
    await carryOut(context, plan, ground)
    const moved = moves.map(({ name }) => name)
    terminal.notice(
      `What sets ${andList(moved)}, such as ~/.bashrc, still does: \`cordon import FILE\` moves a key out of there too.`,
    )
    terminal.next(`unset ${moved.join(' ')}`)
  }
  await tellRest(context, options.dryRun ? { ...plan, moves: [] } : plan, ground)
}

const sighting = (name: string, text: string): Sighting => ({
  name,
  value: { kind: 'literal', text, quote: '', from: 0 },
})

function notThere(name: string): CordonError {
  return new CordonError('usage', `There is no variable ${shownWord(name)} in this environment.`, {
    hint: 'give the name of an exported one, such as OPENAI_API_KEY',
  })
}

function refuseUnknown(name: string, { config, named, suffix, command }: Ground): void {
  if (targetOf(name, config, named) !== undefined) return
  throw new CordonError('usage', `cordon does not know of which host the key in ${name} is.`, {
    hint: `make it a route with \`cordon route add --host HOST --name ROUTE${suffix}\`, then run \`${command} --key ${name}=ROUTE\``,
  })
}

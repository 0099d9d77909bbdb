import { changeConfig } from '../../config/allowed.ts'
import { addRoute } from '../../config/edit.ts'
import { askHealth } from '../../control/health.ts'
import type { Context } from '../context.ts'
import { QuietExit } from '../exit.ts'
import { placeText } from '../route/facts.ts'
import { takeOver } from '../route/take-over.ts'
import { table } from '../table.ts'
import { andList, orList } from '../word.ts'
import type { Ground } from './ground.ts'
import type { Move } from './move.ts'
import type { ImportPlan } from './plan.ts'
import { storeKey } from './stores.ts'

/** The moves as a person reads them before they are made. */
export function planText({ moves }: ImportPlan): string {
  const rows = moves.map(({ name, lines, routes, drafts, places }) => {
    const isNew = (route: string) => drafts.some((draft) => draft.name === route)
    const shown = routes.map((route) => (isNew(route) ? `${route} (new)` : route))
    return [name, lines.join(', '), shown.join(', '), places.map((secret) => placeText({ secret })).join(', ')]
  })
  return table(['VARIABLE', 'LINE', 'ROUTE', 'SECRET'], rows)
}

/**
 * Every key into its store, and read back; then the routes that are missing. An end in between loses nothing: the keys are
 * still where they were, and the next run goes on.
 */
export async function carryOut(context: Context, { moves, why }: ImportPlan, ground: Ground): Promise<void> {
  const { terminal } = context
  const { scope, text, sources } = ground
  for (const move of moves) {
    const { where, isNew } = await storeKey(move, sources)
    terminal.done(
      isNew ? `Stored the key of ${move.name} in ${where}.` : `The key of ${move.name} is in ${where} already.`,
    )
  }
  const drafts = [...new Map(moves.flatMap((move) => move.drafts.map((draft) => [draft.name, draft]))).values()]
  if (drafts.length === 0) return
  changeConfig(scope, text, drafts.reduce(addRoute, text))
  const names = drafts.map(({ name }) => name)
  terminal.done(`Added the route${names.length === 1 ? '' : 's'} ${andList(names)} to ${scope.configPath}.`)
  if (why !== undefined) terminal.notice(why)
  for (const move of moves) tellRegions(context, move, ground)
  await takeOver(context, scope)
}

/** A key is for one region, and nothing in it says which. */
function tellRegions({ terminal }: Context, { name, drafts: [draft], regions }: Move, { suffix }: Ground): void {
  if (draft === undefined || regions.length === 0) return
  terminal.notice(
    `The key of ${name} goes to ${draft.host} alone. If it is of another region, \`cordon route edit ${draft.name} --host HOST${suffix}\` says which: ${orList(regions)}.`,
  )
}

/** What stays and why, and what is left to do. Exit code 1 where a key of a known host stays. */
export async function tellRest({ terminal }: Context, { moves, stays }: ImportPlan, ground: Ground): Promise<void> {
  for (const { sentence } of stays) terminal.notice(sentence)
  if (moves.length > 0 && (await askHealth(ground.config.listen)).kind !== 'cordon')
    terminal.next(`cordon start${ground.suffix}`)
  if (stays.some(({ isKnown }) => isKnown)) throw new QuietExit(1)
}

import { CordonError } from '../../base/error.ts'
import type { Sources } from '../../secrets/sources.ts'
import { andList } from '../word.ts'
import { type Move, type Outcome, stays } from './move.ts'

/** A place holds one secret, so of two variables with different keys for it neither moves. */
export function withoutRivals(outcomes: readonly Outcome[]): Outcome[] {
  const moves = outcomes.filter((one) => one.kind === 'move')
  return outcomes.map((one) => {
    const rivals = one.kind === 'move' ? moves.filter((other) => areRivals(one, other)) : []
    if (one.kind === 'stay' || rivals.length === 0) return one
    const names = andList(rivals.map(({ name }) => name))
    const have = rivals.length === 1 ? 'has' : 'have'
    return stays(one.name, one.lines, `${names} ${have} another key for the same route; take out what is not wanted`)
  })
}

function areRivals(one: Move, other: Move): boolean {
  const places = one.places.map((place) => JSON.stringify(place))
  const isShared = other.places.some((place) => places.includes(JSON.stringify(place)))
  return isShared && other.secret.reveal() !== one.secret.reveal()
}

/** What lies in the store already is not lost without consent. */
export async function unlessOccupied(
  move: Move,
  { sources, command }: { sources: Sources; command: string },
): Promise<Outcome> {
  for (const place of move.places) {
    const source = sources.of(place)
    const there = await source.fetch(place)
    if (there === undefined || there.reveal() === move.secret.reveal()) continue
    const why = `${source.label} has another secret as "${place.account}"; \`${command} --replace\` puts this one in its place`
    return stays(move.name, move.lines, why)
  }
  return move
}

/** Stores a key and reads it back. Tells where it lies now, and whether it lay there before. Throws `store_unproven`. */
export async function storeKey({ places, secret }: Move, sources: Sources): Promise<{ where: string; isNew: boolean }> {
  const stored: boolean[] = []
  for (const place of places) {
    const source = sources.of(place)
    const isThere = async () => (await source.fetch(place))?.reveal() === secret.reveal()
    stored.push(!(await isThere()))
    if (stored.at(-1)) await source.store(place, secret)
    if (await isThere()) continue
    throw new CordonError(
      'store_unproven',
      `What was stored as "${place.account}" does not come back from ${source.label}.`,
      {
        hint: 'the key is still where it was; look at the store with `cordon secret list`',
      },
    )
  }
  const where = places.map((place) => `${sources.of(place).label} as "${place.account}"`)
  return { where: andList(where), isNew: stored.includes(true) }
}

/**
 * What becomes of the variables of a dotenv file or of the environment: those that hold the key of a known host move, and
 * of the others it is told why they stay.
 */
import { CordonError } from '../../base/error.ts'
import type { Config } from '../../config/config.ts'
import { likelyKeys } from '../../config/likely-keys.ts'
import { isPlaceholder } from '../../integrations/placeholder.ts'
import type { SecretPlace } from '../../secrets/source.ts'
import { chooseSource, type Sources } from '../../secrets/sources.ts'
import { acceptValue } from '../../secrets/value.ts'
import { placeFrom } from '../route/options.ts'
import { atLines, linesOf, type Move, type Outcome, type Sighting, type Stay, stays } from './move.ts'
import { otherHostOf } from './other-host.ts'
import { unlessOccupied, withoutRivals } from './stores.ts'
import { type NamedRoutes, placesOf, type Target, targetOf } from './target.ts'

export interface ImportPlan {
  moves: readonly Move[]
  stays: readonly Stay[]
  /** Where the secrets of added routes go, and why there. */
  why: string | undefined
}

/** What the plan is made from. */
export interface Known {
  config: Config
  sources: Sources
  named: NamedRoutes
  /** Whether another secret that lies in the store already may be replaced. */
  mayReplace: boolean
  /** What was typed to come here, without the options of a single run. */
  command: string
  /** What every command must carry to mean the same configuration. */
  suffix: string
}

/**
 * Reads the stores, and changes nothing; `around` are the variables beside those that may move. Throws what a store has to
 * say, and `route_missing`.
 */
export async function planImport(
  sightings: readonly Sighting[],
  known: Known,
  around: readonly Sighting[] = sightings,
): Promise<ImportPlan> {
  const outcomes: Outcome[] = []
  let chosen: Awaited<ReturnType<typeof chooseSource>> | undefined
  for (const [name, group] of Map.groupBy(sightings.filter(isReal), (one) => one.name)) {
    const target = targetOf(name, known.config, known.named)
    if (target === undefined) {
      outcomes.push(...unknown(name, group, known))
      continue
    }
    if (target.missing.length > 0) chosen ??= await chooseSource(known.sources, 'New secrets go')
    const why = whyNot(name, group, target, around, known)
    outcomes.push(why === undefined ? moveOf(name, group, target, chosen?.source) : stays(name, linesOf(group), why))
  }
  const settled: Outcome[] = []
  for (const one of withoutRivals(outcomes))
    settled.push(one.kind === 'stay' || known.mayReplace ? one : await unlessOccupied(one, known))
  const moves = settled.filter((one) => one.kind === 'move')
  return {
    moves,
    stays: settled.filter((one) => one.kind === 'stay'),
    why: moves.some(({ drafts }) => drafts.length > 0) ? chosen?.why : undefined,
  }
}

const isReal = ({ value }: Sighting) => value.kind !== 'literal' || !isPlaceholder(value.text)

function unknown(name: string, group: readonly Sighting[], { command, suffix }: Known): Stay[] {
  if (!textsOf(group).some((text) => !isUrl(text) && likelyKeys({ [name]: text }).length > 0)) return []
  const sentence = `${name}${atLines(linesOf(group))} looks like a real key, and cordon does not know of which host: \`cordon route add --host HOST --name ROUTE${suffix}\` makes it a route, \`${command} --key ${name}=ROUTE\` then moves it.`
  return [{ kind: 'stay', name, isKnown: false, sentence }]
}

// A URL with a password is no key that a route could put in.
const isUrl = (text: string) => /^[a-z][a-z\d+.-]*:\/\//i.test(text)

const textsOf = (group: readonly Sighting[]) =>
  group.flatMap(({ value }) => (value.kind === 'literal' ? [value.text] : []))

/** Why a variable of a known host cannot move, and what mends it. */
function whyNot(
  name: string,
  group: readonly Sighting[],
  { there, missing }: Target,
  all: readonly Sighting[],
  { config, named, command, suffix }: Known,
): string | undefined {
  const texts = textsOf(group)
  if (texts.length < group.length)
    return 'its value is put together by whoever reads it; write it out, as one word or in quotes'
  if (new Set(texts).size > 1) return 'it has two values; take out the one that is not wanted'
  const hosts = [
    ...there.map(({ match: { host } }) => (host.kind === 'exact' ? host.host : host.parent)),
    ...missing.map(({ host }) => host),
  ]
  const elsewhere = named.has(name) ? undefined : otherHostOf(name, hosts, all, { command, suffix })
  if (elsewhere !== undefined) return elsewhere
  const taken = missing.find((one) => config.routes.some((route) => route.name === one.name))
  if (taken !== undefined)
    return `the route ${taken.name} is for another host than ${taken.host}; \`cordon route edit ${taken.name} --name OTHER${suffix}\` makes room`
  return faultOf(texts[0] ?? '')
}

/** A value that `whyNot` has nothing against. */
function moveOf(
  name: string,
  group: readonly Sighting[],
  { there, missing, regions }: Target,
  source: SecretPlace['source'] = 'age',
): Move {
  const literals = group.flatMap(({ value }) => (value.kind === 'literal' ? [value] : []))
  const { secret } = acceptValue(literals[0]?.text ?? '')
  const [place = placeFrom({}, source, missing[0]?.name ?? name), ...others] = placesOf(there)
  return {
    kind: 'move',
    name,
    lines: linesOf(group),
    literals,
    secret,
    routes: [...there, ...missing].map((route) => route.name),
    places: [place, ...others],
    drafts: missing.map(({ regionOf: _, ...route }) => ({ ...route, secret: place })),
    regions,
  }
}

/** What is wrong with a value, in the words of `cordon secret set`. */
function faultOf(text: string): string | undefined {
  try {
    acceptValue(text, 'its value')
    return undefined
  } catch (cause) {
    if (cause instanceof CordonError) return cause.message.replace(/\.$/, '')
    throw cause
  }
}

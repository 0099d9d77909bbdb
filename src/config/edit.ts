/**
 * Routes put into the text of `cordon.toml`, changed and taken out, with everything else of a person's left where it is.
 * What these functions write is judged when it is saved.
 */
import { besideMark } from '../base/byte-order-mark.ts'
import { CordonError } from '../base/error.ts'
import type { RouteName } from '../base/names.ts'
import type { Auth } from '../policy/route.ts'
import type { SecretPlace } from '../secrets/source.ts'
import { nearest } from './meant.ts'
import { insertLines } from './toml-lines.ts'
import { removeKey, setKey, type TomlValue, valueAt } from './toml-text.ts'
import { isSame, type Table, treeOf, valueIn, valuesOf } from './toml-tree.ts'
import { isEqual, keyText, valueText } from './toml-value.ts'

export { saveConfig } from './save.ts'
export { scaffold } from './scaffold.ts'

/** A route as a person describes it. What is not there is not written. */
export interface RouteDraft {
  name: string
  host: string
  ports?: readonly number[]
  paths?: readonly string[]
  methods?: readonly string[]
  auth: Auth
  secret: SecretPlace
  connectTo?: string
  allowCleartext?: boolean
}

/** What is to be different. An optional key that is named and undefined is taken out. */
export type RouteChanges = { [Key in keyof RouteDraft]?: RouteDraft[Key] | undefined }

/** A key inside the table of a route, and its value; undefined where the key is not to be there. */
type Entry = readonly [key: readonly string[], value: TomlValue | undefined]

/** Puts a route at the end of the text. Throws `route_exists`, `toml_faulty` and `edit_refused`. */
export function addRoute(text: string, draft: RouteDraft): string {
  refuseTaken(text, draft.name)
  return besideMark(text, (plain) => {
    const entries = [
      ...plainEntries(draft),
      ...authEntries(draft.auth),
      [['auth', 'secret'], secretTable(draft.secret)] as const,
    ]
    const lines = entries.flatMap(([key, value]) =>
      value === undefined ? [] : [`${keyText(key)} = ${valueText(value)}`],
    )
    const block = ['[[routes]]', ...lines]
    refuseList(plain)
    const after = insertLines(plain, plain.length, plain === '' ? block : ['', ...block])
    return withRouteAtEnd(plain, after, block)
  })
}

/** Changes what `changes` names of a route, and no other key. Throws `route_missing`, `route_exists` and as `setKey` does. */
export function editRoute(text: string, name: RouteName, changes: RouteChanges): string {
  const index = indexOf(text, name)
  if (changes.name !== undefined && changes.name !== name) refuseTaken(text, changes.name)
  refuseList(text)
  const entries = [
    ...plainEntries(changes),
    ...(changes.auth ? authEntries(changes.auth) : []),
    ...(changes.secret
      ? secretEntries(changes.secret, valueAt(text, ['routes', index, 'auth', 'secret', 'service']))
      : []),
  ]
  return entries.reduce((edited, [key, value]) => {
    const path = ['routes', index, ...key]
    return value === undefined ? removeKey(edited, path) : setKey(edited, path, value)
  }, text)
}

/** Takes a route out, with its sub-tables and the comment lines directly above it. Throws `route_missing` and as `removeKey` does. */
export function removeRoute(text: string, name: RouteName): string {
  const index = indexOf(text, name)
  refuseList(text)
  return removeKey(text, ['routes', index])
}

function plainEntries(changes: RouteChanges): Entry[] {
  const { name, host, ports, paths, methods, connectTo, allowCleartext } = changes
  const optional = (field: keyof RouteDraft, key: string[], value: TomlValue | undefined): Entry[] =>
    field in changes ? [[key, value]] : []
  return [
    ...(name === undefined ? [] : [[['name'], name] as const]),
    ...(host === undefined ? [] : [[['match', 'host'], host] as const]),
    ...optional('ports', ['match', 'port'], ports?.length === 1 ? ports[0] : ports),
    ...optional('paths', ['match', 'paths'], paths),
    ...optional('methods', ['match', 'methods'], methods),
    ...optional('connectTo', ['connect_to'], connectTo),
    ...optional('allowCleartext', ['allow_cleartext'], allowCleartext),
  ]
}

/** Every key that a credential may have, so that those of another type are taken out. */
function authEntries(auth: Auth): Entry[] {
  const { headerName, scheme } = auth.type === 'header' ? auth : {}
  return [
    [['auth', 'type'], auth.type],
    [['auth', 'header_name'], headerName],
    [['auth', 'scheme'], scheme],
    [['auth', 'username'], auth.type === 'basic' ? auth.username : undefined],
  ]
}

/** Every key that a place may have. A default that a person wrote out stays written out. */
function secretEntries(place: SecretPlace, service: TomlValue | undefined): Entry[] {
  const table = secretTable(place)
  const isWrittenOut = service !== undefined && place.source === 'keyring' && place.service === service
  const value: Readonly<Record<string, TomlValue>> = isWrittenOut ? { ...table, service } : table
  return ['source', 'account', 'service', 'decode', 'store'].map((key) => [['auth', 'secret', key], value[key]])
}

function secretTable(place: SecretPlace): { readonly [key: string]: TomlValue } {
  const { source, account } = place
  if (place.source === 'age') return { source, account }
  const { service, decode, store } = place
  return {
    source,
    account,
    ...(service !== 'cordon' && { service }),
    ...(decode && { decode }),
    ...(store && { store }),
  }
}

/** The last look: the text means what it meant, and one route more. */
function withRouteAtEnd(before: string, after: string, block: readonly string[]): string {
  const old = valuesOf(before)
  const routes = [...routesIn(old), ...routesIn(valuesOf(block.join('\n')))]
  if (isEqual(valuesOf(after), { ...old, routes })) return after
  throw new CordonError('edit_refused', 'The end of the file cannot take a route.', {
    hint: 'write it into cordon.toml by hand',
  })
}

const routesIn = (data: Table): readonly unknown[] => {
  const routes = valueIn(data, ['routes'])
  return Array.isArray(routes) ? routes : []
}

const namesIn = (text: string) => routesIn(valuesOf(text)).map((route) => valueIn(route, ['name']))

function indexOf(text: string, name: RouteName): number {
  const names = namesIn(text)
  const index = names.indexOf(name)
  if (index !== -1) return index
  const meant = nearest(
    name,
    names.filter((one) => typeof one === 'string'),
  )
  const hint = 'see the routes with `cordon route list`'
  throw new CordonError('route_missing', `There is no route ${name}.`, {
    hint: meant === undefined ? hint : `did you mean ${meant}? ${hint}`,
  })
}

function refuseTaken(text: string, name: string): void {
  if (!namesIn(text).includes(name)) return
  throw new CordonError('route_exists', `There is a route ${name} already.`, {
    hint: `change it with \`cordon route edit ${name}\``,
  })
}

/** `routes = [...]` is one value, and a `[[routes]]` beside it would be a fault. */
function refuseList(text: string): void {
  const list = treeOf(text.replace(/^\uFEFF/, '')).keys.find(({ path }) => isSame(path, ['routes']))
  if (!list) return
  const line = list.node.loc.start.line
  throw new CordonError(
    'edit_refused',
    `Line ${line} holds all routes in one list, and cordon does not change those.`,
    {
      hint: 'write each of them as a table of its own, below a line [[routes]]',
    },
  )
}

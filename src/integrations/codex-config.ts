import { rawAt, removeKey, setKey, setRaw, type TomlValue, valueAt } from '../config/toml-text.ts'
import type { SetKey } from './integration.ts'
import { digestOf } from './manifest.ts'

/** A key as it is to be. */
interface WantedKey {
  path: string[]
  value: TomlValue
}

export interface ConfigEdit {
  text: string
  /** Every key that is ours in the text. */
  keys: SetKey[]
  notices: string[]
}

/**
 * Codex's `config.toml` with what its shell commands need: the variables, and a sandbox that lets them reach the proxy.
 * `ours` are the keys that an earlier run set. Throws `toml_faulty`.
 *
 * A home in a project starts no daemon: Codex would copy itself into it, 404 MB, and leave two processes behind.
 */
export function editConfig(
  text: string,
  variables: Readonly<Record<string, string>>,
  ours: readonly SetKey[],
  scope: 'project' | 'user',
): ConfigEdit {
  const theirs = takenBack(text, ours).text
  const sandbox = sandboxOf(theirs)
  const hasChoice = valueAt(theirs, daemonKey) !== undefined
  const daemon = scope === 'project' && !hasChoice ? [{ path: daemonKey, value: false }] : []
  const set = Object.entries(variables).map(
    ([name, value]): WantedKey => ({ path: ['shell_environment_policy', 'set', name], value }),
  )
  const wanted = [...sandbox.keys, ...daemon, ...set]
  const keys = wanted.map((key) => setKeyOf(key, rawAt(theirs, key.path)))
  const dropped = ours.filter((old) => !keys.some(({ path }) => isSame(path, old.path)))
  const edited = wanted.reduce((rest, { path, value }) => setKey(rest, path, value), takenBack(text, dropped).text)
  return { text: edited, keys, notices: [...sandbox.notices, ...policyNotices(theirs)] }
}

const daemonKey = ['features', 'daemon_auto_start']

const setKeyOf = ({ path, value }: WantedKey, previous: string | undefined): SetKey =>
  previous === undefined ? { path, wrote: digestOfValue(value) } : { path, wrote: digestOfValue(value), previous }

const digestOfValue = (value: TomlValue) => digestOf(JSON.stringify(value))

/** The text with our keys as they were before us. A key that a person has changed since stays, and is told. */
export function takenBack(text: string, ours: readonly SetKey[]): { text: string; conflicts: string[] } {
  const conflicts: string[] = []
  const restored = ours.toReversed().reduce((rest, { path, wrote, previous }) => {
    const now = valueAt(rest, path)
    if (now === undefined) return rest
    if (digestOfValue(now) !== wrote) {
      conflicts.push(path.join('.'))
      return rest
    }
    return previous === undefined ? removeKey(rest, path) : setRaw(rest, path, previous)
  }, text)
  return { text: restored, conflicts }
}

/** Codex's sandbox has no network at all unless it is asked for; a person's own choice is left as it is. */
function sandboxOf(text: string): { keys: WantedKey[]; notices: string[] } {
  const mode = valueAt(text, ['sandbox_mode'])
  const access = valueAt(text, ['sandbox_workspace_write', 'network_access'])
  const profile = valueAt(text, ['default_permissions'])
  if (profile !== undefined) return kept(`default_permissions = ${JSON.stringify(profile)}`)
  if (mode === 'danger-full-access') return { keys: [], notices: [] }
  if (mode !== undefined && mode !== 'workspace-write') return kept(`sandbox_mode = ${JSON.stringify(mode)}`)
  if (access === false) return kept('network_access = false')
  const keys: WantedKey[] = []
  if (mode === undefined) keys.push({ path: ['sandbox_mode'], value: 'workspace-write' })
  if (access === undefined) keys.push({ path: ['sandbox_workspace_write', 'network_access'], value: true })
  return { keys, notices: [] }
}

const kept = (choice: string) => ({
  keys: [],
  notices: [
    `Codex's sandbox stays as you chose it (${choice}); where it has no network, its commands do not reach cordon.`,
  ],
})

/** A filter runs after `set`, so it can take the variables away again. */
function policyNotices(text: string): string[] {
  const filter = ['include_only', 'filters'].find(
    (key) => valueAt(text, ['shell_environment_policy', key]) !== undefined,
  )
  return filter === undefined
    ? []
    : [
        `shell_environment_policy.${filter} filters what commands see; let the proxy and CA variables through, or they do not reach cordon.`,
      ]
}

const isSame = (one: readonly string[], other: readonly string[]) => one.join('\0') === other.join('\0')

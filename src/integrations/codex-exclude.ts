import { modeOf } from '../base/file.ts'
import { blockOf, editBlock } from './block.ts'
import type { Home } from './codex-home.ts'
import { workTreeOf } from './git-exclude.ts'
import type { Change, IntegrationContext } from './integration.ts'
import { partOf } from './manifest.ts'
import { readText } from './writes.ts'

/** What Codex and we keep in its home that belongs to this machine and not to the project. */
const privatePaths = [
  '.env',
  'auth.json',
  '*.sqlite*',
  '*.lock',
  '*.jsonl',
  '*_cache.json',
  '.sandbox_migration',
  '.tmp/',
  'app-server-*/',
  'archived_sessions/',
  'installation_id',
  'log/',
  'packages/',
  'sessions/',
  'shell_snapshots/',
  'skills/.system/',
  'thread-writer-locks/',
  'tmp/',
  'version.json',
]

/** Keeps a project's Codex home out of its commits; undefined outside a work tree. A project that shares a part of it goes on to. */
export function excludeChange(
  { home, manifest }: Pick<Home, 'home' | 'manifest'>,
  { cwd, env }: IntegrationContext,
): { change: Change | undefined; tracked: string[] } | undefined {
  const tree = workTreeOf(home, cwd, env)
  if (!tree) return undefined
  const { excludeFile: path, pattern, tracked } = tree
  const shared = tracked.includes('config.toml') ? privatePaths : [...privatePaths, 'config.toml']
  const lines = tracked.length === 0 ? [pattern] : shared.map((one) => pattern + one)
  const before = readText(path)
  const { text: after, part } = editBlock(before ?? '', lines, blockOf(partOf(manifest, path)))
  const change: Change = { path, before, after, mode: modeOf(path) ?? 0o644, part }
  return { change: after === before ? undefined : change, tracked }
}

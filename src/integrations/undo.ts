import { CordonError } from '../base/error.ts'
import { modeOf, privateFile } from '../base/file.ts'
import { isOriginal, originalOf, rememberText } from './before.ts'
import type { Change, FetchKey, IntegrationContext, MoveKey, Part, Plan, Reverted } from './integration.ts'
import { digestOf, readManifest, type TakenOut, type TakeOut } from './manifest.ts'
import { hasMark, withKey, withoutKey } from './marked-key.ts'
import type { Manifest, Undo } from './undo-record.ts'
import { linkBelow, makeFolders, missingFolders, readText, removeEmptyFolders, type Write, writeAll } from './writes.ts'

/** Writes a plan, the manifest first; should a write fail, everything is again as it was. */
export async function applyPlan(
  manifestPath: string,
  home: string,
  plan: Plan,
  takeOut: TakeOut,
  moveKey?: MoveKey,
): Promise<void> {
  const { realKey } = plan
  const changes = realKey && moveKey ? [...plan.changes, realKey.change] : plan.changes
  if (changes.length === 0) return
  for (const change of changes) refuseChanged(change, plan)
  const place = realKey && moveKey ? await moveKey(realKey.key) : undefined
  const old = readManifest(manifestPath)
  const folders = missingFolders([manifestPath, ...changes.map(({ path }) => path)])
  const added = changes.map((change) => {
    const part: Part = place && change.path === realKey?.path ? { kind: 'login', place } : change.part
    return undoOf(
      { ...change, part },
      old?.files.find(({ path }) => path === change.path),
      takeOut,
    )
  })
  const kept = (old?.files ?? []).filter(({ path }) => !added.some((one) => one.path === path))
  const manifest: Manifest = {
    version: 3,
    home,
    folders: [...new Set([...(old?.folders ?? []), ...folders])],
    files: [...kept, ...added],
  }
  makeFolders(folders)
  try {
    writeAll([
      { path: manifestPath, text: `${JSON.stringify(manifest, null, 2)}\n`, mode: privateFile },
      ...changes.map(writeOf),
    ])
  } catch (cause) {
    removeEmptyFolders(folders)
    throw cause
  }
}

const writeOf = ({ path, after, mode }: Change): Write => ({ path, text: after, mode })

function refuseChanged({ path, before }: Change, { realKey }: Plan): void {
  const text = readText(path)
  const now = text !== undefined && realKey?.path === path ? withoutKey(text, realKey.key, path) : text
  if (now === before) return
  throw new CordonError('file_changed', `${path} has changed in the meantime, and nothing was written.`, {
    hint: 'run the command again',
  })
}

/** A second set-up remembers what was before the first, with whatever a person has changed in between. */
function undoOf(change: Change, old: Undo | undefined, takeOut: TakeOut): Undo {
  const { path, part } = change
  const theirs = old ? withoutOurs(change, old, takeOut) : change.before
  const after = change.after ?? ''
  return {
    path,
    before: rememberText(change, theirs, after, takeOut),
    mode: old?.mode ?? modeOf(path) ?? change.mode,
    wrote: { digest: digestOf(after), mode: change.mode },
    part,
  }
}

function withoutOurs({ before: now }: Change, old: Undo, takeOut: TakeOut): string | undefined {
  if (now === undefined) return undefined
  if (digestOf(now) === old.wrote.digest) return originalOf(old, now, takeOut)
  const taken = takeOut(old, now, () => {})
  switch (taken.result) {
    case 'original':
      return originalOf(old, now, takeOut)
    case 'text':
      return taken.text === '' && old.before.kind === 'absent' ? undefined : taken.text
    case 'kept':
      return now
  }
}

/** Puts back what the manifest remembers, whole or not at all, and forgets it. */
export async function revertAll(
  manifestPath: string,
  { scope, cwd }: Pick<IntegrationContext, 'scope' | 'cwd'>,
  takeOut: TakeOut,
  fetchKey: FetchKey,
): Promise<Reverted> {
  const manifest = readManifest(manifestPath)
  if (!manifest) return { restored: [], notices: [] }
  const notices: string[] = []
  const writes: Write[] = []
  for (const file of manifest.files.toReversed()) {
    if (scope === 'project' && linkBelow(cwd, file.path) !== undefined) {
      notices.push(`${file.path} is behind a symbolic link now, and stays: cordon follows none in a project.`)
      continue
    }
    const write = await writeBack(file, takeOut, fetchKey, (notice) => notices.push(notice))
    if (write) writes.push(write)
  }
  writeAll([...writes, { path: manifestPath, text: undefined, mode: privateFile }])
  removeEmptyFolders(manifest.folders)
  return { restored: writes.map(({ path }) => path), notices }
}

async function writeBack(
  file: Undo,
  takeOut: TakeOut,
  fetchKey: FetchKey,
  tell: (notice: string) => void,
): Promise<Write | undefined> {
  const { path, before, wrote } = file
  const text = readText(path)
  if (text === undefined) {
    if (before.kind !== 'absent') tell(`${path} was removed since the set-up, and stays away.`)
    return undefined
  }
  // A set-up that was cut short has remembered this file and not written it.
  if (isOriginal(text, before)) return undefined
  const taken: TakenOut = digestOf(text) === wrote.digest ? { result: 'original' } : takeOut(file, text, tell)
  switch (taken.result) {
    case 'original':
      return original(file, originalOf(file, text, takeOut), fetchKey, tell)
    case 'text': {
      const mode = modeOf(path) === wrote.mode ? file.mode : (modeOf(path) ?? file.mode)
      if (taken.text === text && mode === modeOf(path)) return undefined
      return { path, text: taken.text === '' && before.kind === 'absent' ? undefined : taken.text, mode }
    }
    case 'kept':
      return undefined
  }
}

async function original(
  { path, mode, part }: Undo,
  before: string | undefined,
  fetchKey: FetchKey,
  tell: (notice: string) => void,
): Promise<Write | undefined> {
  if (before === undefined || !hasMark(before)) return { path, text: before, mode }
  const key = part.kind === 'login' && part.place ? await fetchKey(part.place) : undefined
  if (key) return { path, text: withKey(before, key), mode }
  tell(
    `${path} keeps its placeholder, because the key that was in it is no longer in the secret store; \`codex login --with-api-key\` puts one in.`,
  )
  return undefined
}

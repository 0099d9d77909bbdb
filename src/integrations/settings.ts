/**
 * Most agents are set up by edits of files that they read at their start. Such an agent is told as data: its program, its
 * routes and its edits; the four verbs are the same for all of them.
 */
import { join } from 'node:path'
import { CordonError } from '../base/error.ts'
import { lstatIfThere, privateFile, refuseSymlink } from '../base/file.ts'
import { blockOf, editBlock, withoutBlock } from './block.ts'
import { assignedIn, editVariables } from './env-file.ts'
import { excludeFiles } from './git-exclude.ts'
import type { AgentRoute, Change, Found, Integration, IntegrationContext, Part, Plan } from './integration.ts'
import { editJson, type WantedJson } from './json-edit.ts'
import { partOf, readManifest } from './manifest.ts'
import { isOnPath } from './program.ts'
import { takeOut } from './take-out.ts'
import { applyPlan, revertAll } from './undo.ts'
import type { Manifest } from './undo-record.ts'
import { linkBelow, readText } from './writes.ts'

/** An agent as data. Every function is asked anew each time, and only reads. */
export interface SettingsAgent extends Pick<Integration, 'name' | 'label' | 'scopes' | 'wiring'> {
  /** The command that starts it; or, for what no command starts, the file by which it is known to be there. */
  program: string | { file(context: IntegrationContext): string }
  /** The folder or file that a person would look at. */
  home(context: IntegrationContext): string
  routes(context: IntegrationContext): readonly AgentRoute[]
  edits(context: IntegrationContext): readonly Edit[]
  /** What a person chose and the set-up leaves alone, or what the agent needs besides. */
  notices(context: IntegrationContext): readonly string[]
  /** The commands that are left when cordon runs. */
  next(context: IntegrationContext): readonly string[]
}

/** What becomes of one file. One that the project shares holds no token, and is not hidden from its commits. */
export type Edit =
  | ({ kind: 'json'; path: string; shared?: boolean } & WantedJson)
  | { kind: 'variables'; path: string; variables: Readonly<Record<string, string>> }
  | { kind: 'lines'; path: string; lines: readonly string[] }
  | { kind: 'whole'; path: string; text: string }

/** The integration of such an agent. */
export function integrationOf(agent: SettingsAgent): Integration {
  const { name, label, scopes, wiring, program, home, routes } = agent
  const manifestPath = ({ stateFolder }: IntegrationContext) => join(stateFolder, 'integrations', `${name}.json`)
  return {
    name,
    label,
    scopes,
    wiring,
    routes,
    detect: (context) => found(agent, context, openManifest(agent, manifestPath(context), context)),
    plan: (context) => planOf(agent, context, openManifest(agent, manifestPath(context), context)),
    apply: (context, plan) => applyPlan(manifestPath(context), home(context), plan, takeOut),
    revert: (context, fetchKey) => revertAll(manifestPath(context), context, takeOut, fetchKey),
    proxyUrl: (context) => proxyUrlIn(readManifest(manifestPath(context))),
    stopStaleDaemon: async () => false,
    isInstalled: (context) =>
      typeof program === 'string' ? isOnPath(program, context.env) : lstatIfThere(program.file(context)) !== undefined,
  }
}

/** Throws `set_up_elsewhere`: an undo record is about one home. */
function openManifest({ name, label, home }: SettingsAgent, path: string, context: IntegrationContext) {
  const manifest = readManifest(path)
  const now = home(context)
  if (manifest === undefined || manifest.home === now) return manifest
  throw new CordonError('set_up_elsewhere', `${label} is set up in ${manifest.home}, and not in ${now}.`, {
    hint: `run \`cordon integration disable ${name}\` first`,
  })
}

function found(agent: SettingsAgent, context: IntegrationContext, manifest: Manifest | undefined): Found {
  const none = { home: agent.home(context), realKey: undefined, daemon: { state: 'none' } } as const
  if (manifest === undefined) return { ...none, state: 'absent', differs: [] }
  const differs = planOf(agent, context, manifest).changes.map(({ path }) => path)
  return { ...none, state: differs.length > 0 ? 'stale' : 'current', differs }
}

function planOf(agent: SettingsAgent, context: IntegrationContext, manifest: Manifest | undefined): Plan {
  const notices = [...agent.notices(context)]
  const edits = agent.edits(context)
  // A repository may bring links of its own, and what we write must not land outside it.
  if (context.scope === 'project') for (const { path } of edits) refuseSymlink(linkBelow(context.cwd, path) ?? path)
  const changes = edits.flatMap((edit) => changeOf(edit, manifest, (notice) => notices.push(notice)) ?? [])
  if (context.scope === 'project') {
    const exclude = excludeFiles(
      edits.filter((edit) => !(edit.kind === 'json' && edit.shared)).map(({ path }) => path),
      agent.name,
      context,
      manifest,
    )
    for (const path of exclude.tracked)
      notices.push(
        `${path} is tracked by git: do not commit our lines, which hold a client token or a path of this machine.`,
      )
    changes.unshift(...exclude.changes)
  }
  return { changes, notices, next: [...agent.next(context)], realKey: undefined }
}

function changeOf(edit: Edit, manifest: Manifest | undefined, tell: (notice: string) => void): Change | undefined {
  const { path } = edit
  const before = readText(path)
  const { after, part } = edited(edit, before, partOf(manifest, path), tell)
  return after === before ? undefined : { path, before, after, mode: privateFile, part }
}

function edited(
  edit: Edit,
  before: string | undefined,
  ours: Part | undefined,
  tell: (notice: string) => void,
): { after: string; part: Part } {
  switch (edit.kind) {
    case 'json': {
      const { text, part } = editJson(before ?? '', edit, ours?.kind === 'json' ? ours : undefined, edit.path)
      return { after: text, part }
    }
    case 'variables': {
      const { text, part } = editVariables(before ?? '', edit.variables, blockOf(ours))
      const foreign = assignedIn(withoutBlock(text), Object.keys(edit.variables))
      if (foreign.length > 0) tell(`${edit.path} sets ${foreign.join(', ')} itself; cordon's lines come last and win.`)
      return { after: text, part }
    }
    case 'lines': {
      const { text, part } = editBlock(before ?? '', edit.lines, blockOf(ours))
      return { after: text, part }
    }
    case 'whole':
      return { after: edit.text, part: { kind: 'whole' } }
  }
}

/** The proxy URL, wherever in the files it stands; the token in it is 32 bytes in base64url. */
function proxyUrlIn(manifest: Manifest | undefined): string | undefined {
  for (const { path } of manifest?.files ?? []) {
    const [url] = /http:\/\/[\w.-]+:[\w-]{43}@[\w.-]+:\d+/.exec(readText(path) ?? '') ?? []
    if (url !== undefined) return url
  }
  return undefined
}

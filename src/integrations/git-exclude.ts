import { execFileSync } from 'node:child_process'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { modeOf } from '../base/file.ts'
import { blockOf, editBlock } from './block.ts'
import type { Change, IntegrationContext } from './integration.ts'
import { partOf } from './manifest.ts'
import type { Manifest } from './undo-record.ts'
import { readText } from './writes.ts'

/** The work tree that a folder lies in. */
export interface WorkTree {
  /** The file that hides paths in this clone only; a linked work tree shares that of the main one. */
  excludeFile: string
  /** The folder as a pattern of that file, from the top, ending in `/`. */
  pattern: string
  /** The files below the folder that git tracks, relative to it. */
  tracked: string[]
}

/** Asks git, which knows of linked work trees and submodules; undefined outside a work tree or without git. */
export function workTreeOf(folder: string, cwd: string, env: NodeJS.ProcessEnv): WorkTree | undefined {
  const top = git(['rev-parse', '--show-toplevel'], cwd, env)?.trimEnd()
  const excludeFile = git(['rev-parse', '--git-path', 'info/exclude'], cwd, env)?.trimEnd()
  const real = git(['rev-parse', '--show-prefix'], cwd, env)?.replace(/\n$/, '')
  if (!top || !excludeFile || real === undefined) return undefined
  const below = relative(cwd, folder).split(sep).join('/')
  const tracked = git(['ls-files', '-z', '--', below || '.'], cwd, env) ?? ''
  return {
    excludeFile: resolve(cwd, excludeFile),
    pattern: `/${escaped(real)}${below === '' ? '' : `${escaped(below)}/`}`,
    tracked: tracked
      .split('\0')
      .filter((path) => path !== '')
      .map((path) => relative(folder, join(cwd, path))),
  }
}

/** Keeps files of this machine out of a project's commits; those that git tracks already are told, and nothing outside a work tree. */
export function excludeFiles(
  paths: readonly string[],
  owner: string,
  { cwd, env }: IntegrationContext,
  manifest: Manifest | undefined,
): { changes: Change[]; tracked: string[] } {
  const trees = paths.map((path) => ({ path, tree: workTreeOf(dirname(path), cwd, env) }))
  const excludeFile = trees[0]?.tree?.excludeFile
  if (excludeFile === undefined) return { changes: [], tracked: [] }
  const isTracked = ({ path, tree }: (typeof trees)[number]) => tree?.tracked.includes(basename(path)) === true
  const lines = trees
    .filter((one) => !isTracked(one))
    .map(({ path, tree }) => `${tree?.pattern}${escaped(basename(path))}`)
  const before = readText(excludeFile)
  const { text: after, part } = editBlock(before ?? '', lines, blockOf(partOf(manifest, excludeFile)), owner)
  const change: Change = {
    path: excludeFile,
    before,
    after,
    mode: modeOf(excludeFile) ?? 0o644,
    part,
  }
  return {
    changes: after === before || lines.length === 0 ? [] : [change],
    tracked: trees.filter(isTracked).map(({ path }) => path),
  }
}

// gitignore(5): these mean something else in a pattern unless a backslash stands before them.
const escaped = (path: string) => path.replace(/[\\*?[\]!# ]/g, '\\$&')

// A repository's own settings may name a program that git runs on every look, and a clone may bring a folder that git takes
// for a bare repository with such settings (git-config(1), core.fsmonitor and safe.bareRepository).
const harmless = ['-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit']

function git(args: string[], cwd: string, env: NodeJS.ProcessEnv): string | undefined {
  try {
    return execFileSync('git', [...harmless, ...args], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return undefined
  }
}

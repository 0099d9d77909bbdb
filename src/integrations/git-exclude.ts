import { execFileSync } from 'node:child_process'
import { join, relative, resolve, sep } from 'node:path'

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
  const tracked = git(['ls-files', '-z', '--', below], cwd, env) ?? ''
  return {
    excludeFile: resolve(cwd, excludeFile),
    pattern: `/${escaped(real)}${escaped(below)}/`,
    tracked: tracked
      .split('\0')
      .filter((path) => path !== '')
      .map((path) => relative(folder, join(cwd, path))),
  }
}

// gitignore(5): these mean something else in a pattern unless a backslash stands before them.
const escaped = (path: string) => path.replace(/[\\*?[\]!# ]/g, '\\$&')

function git(args: string[], cwd: string, env: NodeJS.ProcessEnv): string | undefined {
  try {
    return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}

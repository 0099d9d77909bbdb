/** What both shapes of the command are bundled with: the npm package and the one binary. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** `version` of package.json. */
export const version: string = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version

/** Options of esbuild. The bundle depends on the sources, the locked packages and the commit alone, never on the day or the folder. */
export function bundleOptions(shape: 'package' | 'binary'): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: ['src/cli/cordon.ts'],
    bundle: true,
    platform: 'node',
    // A native addon is a file of its own; it is loaded when a keyring is first opened.
    external: ['@napi-rs/keyring'],
    // Its main file is UMD, whose `require` no bundler can follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    define: {
      CORDON_BUILD: JSON.stringify({ version, commit: commit(), shape }),
      // Text within text: esbuild puts a string where it is used, and an object where every command loads it.
      CORDON_PAGES: JSON.stringify(JSON.stringify(pages())),
    },
    logLevel: 'warning',
  }
}

/** The commit the sources are of, marked where they differ from it; nothing outside a repository. */
function commit(): string | undefined {
  try {
    const words = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']
    return execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

/** The pages of `docs/`, for `cordon help <topic>`: built in, so that they tell of this version and no other. */
function pages(): Record<string, string> {
  const files = globSync('docs/*.md', { cwd: root }).sort()
  return Object.fromEntries(files.map((file) => [basename(file, '.md'), readFileSync(`${root}/${file}`, 'utf8')]))
}

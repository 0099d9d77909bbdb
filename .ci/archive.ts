import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { root, version } from './bundle.ts'

/** What the archive of this system is called, and the folder in it. */
export const archiveName = `cordon-${version}-${process.platform}-${process.arch}`

/**
 * Packs the executable of `build` into `out`, with its licences and the pages, so that the links of the README lead somewhere;
 * every file is as old as it is said to be.
 */
export function packArchive(build: string, out: string, madeAt: string): void {
  const folder = `${out}/${archiveName}`
  mkdirSync(folder)
  const pages = ['LICENSE', 'README.md', 'cordon.example.toml', 'docs'].map((file) => `${root}/${file}`)
  for (const file of [`${build}/cordon`, ...pages]) cpSync(file, `${folder}/${basename(file)}`, { recursive: true })
  cpSync(`${build}/cordon.cjs.LEGAL.txt`, `${folder}/THIRD-PARTY.txt`)
  const same = ['--sort=name', `--mtime=${madeAt}`, '--owner=0', '--group=0', '--numeric-owner']
  execFileSync('tar', [...same, '-czf', `${out}/${archiveName}.tar.gz`, '-C', out, archiveName])
  rmSync(folder, { recursive: true })
}

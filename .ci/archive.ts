import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { root, version } from './bundle.ts'

/** What the archive of this system is called, and the folder in it. */
export const archiveName = `cordon-${version}-${process.platform}-${process.arch}`

/** Packs the executable of `build` with its licences and the README into `out`; every file is as old as it is said to be. */
export function packArchive(build: string, out: string, madeAt: string): void {
  const folder = `${out}/${archiveName}`
  mkdirSync(folder)
  for (const file of [`${build}/cordon`, `${root}/LICENSE`, `${root}/README.md`])
    cpSync(file, `${folder}/${basename(file)}`)
  cpSync(`${build}/cordon.cjs.LEGAL.txt`, `${folder}/THIRD-PARTY.txt`)
  const same = ['--sort=name', `--mtime=${madeAt}`, '--owner=0', '--group=0', '--numeric-owner']
  execFileSync('tar', [...same, '-czf', `${out}/${archiveName}.tar.gz`, '-C', out, archiveName])
  rmSync(folder, { recursive: true })
}

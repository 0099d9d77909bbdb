/**
 * Makes what a release consists of, in `release/`: the executable's archive and the npm package, a bill of what is inside
 * (CycloneDX), a provenance statement (in-toto, SLSA v1) and SHA256SUMS over them. Nothing is signed and nothing is sent;
 * docs/install.md says how both are done and checked.
 */
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { packArchive } from './archive.ts'
import { root, version } from './bundle.ts'

const out = `${root}/release`
const commit = git('rev-parse', 'HEAD')
const committedAt = git('show', '-s', '--format=%cI', 'HEAD')

if (git('status', '--porcelain') !== '') throw new Error('a release is made of a commit: commit or stash what differs')
rmSync(out, { recursive: true, force: true })
mkdirSync(out)
run(process.execPath, '.ci/build.ts')
run(process.execPath, '.ci/build-binary.ts')
packArchive(`${root}/build`, out, committedAt)
npmPackage()
billOfMaterials()
provenance()
writeFileSync(
  `${out}/SHA256SUMS`,
  files()
    .map((file) => `${digestOf(`${out}/${file}`)}  ${file}\n`)
    .join(''),
)

/** Every package but the native addon is in the bundle, so that installing fetches nothing else. */
function npmPackage(): void {
  const folder = `${out}/package`
  mkdirSync(folder)
  const { scripts, devDependencies, dependencies, ...rest } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  const addon = '@napi-rs/keyring'
  const manifest = { ...rest, dependencies: { [addon]: dependencies[addon] } }
  writeFileSync(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  for (const file of [...rest.files, 'LICENSE', 'README.md'])
    cpSync(`${root}/${file}`, `${folder}/${file}`, { recursive: true })
  run('npm', 'pack', folder, '--silent', '--pack-destination', out)
  rmSync(folder, { recursive: true })
}

function billOfMaterials(): void {
  const words = [
    'sbom',
    '--omit',
    'dev',
    '--sbom-format',
    'cyclonedx',
    '--sbom-type',
    'application',
    '--package-lock-only',
  ]
  const { serialNumber, ...bill } = JSON.parse(execFileSync('npm', words, { cwd: root, encoding: 'utf8' }))
  bill.metadata.timestamp = committedAt
  bill.metadata.component.name = 'cordon'
  writeFileSync(`${out}/cordon-${version}.cdx.json`, `${JSON.stringify(bill, null, 2)}\n`)
}

function provenance(): void {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: files().map((file) => ({ name: file, digest: { sha256: digestOf(`${out}/${file}`) } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:cordon:release:v1',
        externalParameters: { script: '.ci/release.ts', platform: `${process.platform}-${process.arch}` },
        resolvedDependencies: [
          { name: 'cordon', digest: { gitCommit: commit } },
          { name: 'package-lock.json', digest: { sha256: digestOf(`${root}/package-lock.json`) } },
          { name: `node ${process.versions.node}`, digest: { sha256: digestOf(process.execPath) } },
        ],
      },
      runDetails: { builder: { id: 'urn:cordon:builder:local' } },
    },
  }
  writeFileSync(`${out}/cordon-${version}.intoto.json`, `${JSON.stringify(statement, null, 2)}\n`)
}

function files(): string[] {
  return globSync('*', { cwd: out }).sort()
}

function digestOf(path: string): string {
  return hash('sha256', readFileSync(path))
}

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim()
}

function run(program: string, ...words: string[]): void {
  execFileSync(program, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

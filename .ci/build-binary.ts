/**
 * Makes the one binary: the Node that runs this file with the whole command inside, as V8 has compiled it already. They go
 * into `build/`, or into the folder that the command line names.
 *
 *     cordon.cjs    the bundle, the same bytes from the same commit
 *     cordon        the executable
 *
 * An executable of Node's has one script, which is why the chunks of the npm package are one file here; what a command does
 * not need is still not run, and with the code cache it is not even parsed.
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { bundleOptions, root } from './bundle.ts'

const out = resolve(process.argv[2] ?? `${root}/build`)
const aside = `${out}.${process.pid}`
const extension = process.platform === 'win32' ? '.exe' : ''

mkdirSync(aside)
await build({
  ...bundleOptions('binary'),
  outfile: `${aside}/cordon.cjs`,
  format: 'cjs',
  target: `node${process.versions.node}`,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
})
writeFileSync(
  `${aside}/sea.json`,
  JSON.stringify({
    // The executable remembers this path, so it must not tell of the folder.
    main: 'cordon.cjs',
    output: `cordon${extension}`,
    assets: { 'keyring.node': keyringAddon() },
    useCodeCache: true,
    disableExperimentalSEAWarning: true,
    // Whoever sets NODE_OPTIONS could have code of theirs run inside, where the secrets are.
    execArgvExtension: 'none',
  }),
)
execFileSync(process.execPath, ['--build-sea', 'sea.json'], { cwd: aside, stdio: ['ignore', 'ignore', 'inherit'] })
// macOS runs nothing on Apple's chips that has no signature; this one says only that the bytes are whole.
if (process.platform === 'darwin') execFileSync('codesign', ['--force', '--sign', '-', `${aside}/cordon`])
rmSync(`${aside}/sea.json`)
rmSync(out, { recursive: true, force: true })
renameSync(aside, out)

/** The addon of the platform this runs on: the only one that npm installed. */
function keyringAddon(): string {
  const found = globSync(`node_modules/@napi-rs/keyring-${process.platform}-${process.arch}*/*.node`, { cwd: root })
  if (found.length !== 1) throw new Error(`there must be one keyring addon for this platform, not ${found.length}`)
  return `${root}/${found[0]}`
}

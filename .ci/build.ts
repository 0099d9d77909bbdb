/** Bundles the command into `dist/`: one small file that starts, and chunks that load when a command needs them. */
import { chmodSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string }

// Built aside and renamed, so that a cordon that runs from `dist` never finds half of it.
const aside = `${root}/dist.${process.pid}`
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/cordon.ts'],
  outdir: aside,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'linked',
  // A native addon is a file of its own; it is loaded when a keyring is first opened.
  external: ['@napi-rs/keyring'],
  // Its main file is UMD, whose `require` no bundler can follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  define: { CORDON_VERSION: JSON.stringify(version) },
  // The CommonJS packages in the bundle expect what Node gives their kind of module.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module'",
      "import { fileURLToPath as __fileURLToPath } from 'node:url'",
      'const require = __createRequire(import.meta.url), __filename = __fileURLToPath(import.meta.url)',
    ].join('\n'),
  },
  logLevel: 'warning',
})
chmodSync(`${aside}/cordon.js`, 0o755)
rmSync(`${root}/dist`, { recursive: true, force: true })
renameSync(aside, `${root}/dist`)

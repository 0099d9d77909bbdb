/** Bundles the command into `dist/`: one small file that starts, and chunks that load when a command needs them. */
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string }

rmSync(`${root}/dist`, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/cordon.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'linked',
  // A native addon is a file of its own; it is loaded when a keyring is first opened.
  external: ['@napi-rs/keyring'],
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
chmodSync(`${root}/dist/cordon.js`, 0o755)

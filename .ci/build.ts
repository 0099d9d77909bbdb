/** Bundles the command into `dist/`: one small file that starts, and chunks that load when a command needs them. */
import { chmodSync, renameSync, rmSync } from 'node:fs'
import { build } from 'esbuild'
import { bundleOptions, root } from './bundle.ts'

// Built aside and renamed, so that a cordon that runs from `dist` never finds half of it.
const aside = `${root}/dist.${process.pid}`
await build({
  ...bundleOptions('package'),
  outdir: aside,
  splitting: true,
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'linked',
  // The CommonJS packages in the bundle expect what Node gives their kind of module.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module'",
      "import { fileURLToPath as __fileURLToPath } from 'node:url'",
      'const require = __createRequire(import.meta.url), __filename = __fileURLToPath(import.meta.url)',
    ].join('\n'),
  },
})
chmodSync(`${aside}/cordon.js`, 0o755)
rmSync(`${root}/dist`, { recursive: true, force: true })
renameSync(aside, `${root}/dist`)

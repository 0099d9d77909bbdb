/** Bundles the command into `dist/`: one small file that starts, and chunks that load when a command needs them. */
import { chmodSync, renameSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { build, type Plugin } from 'esbuild'
import { bundleOptions, root } from './bundle.ts'

// Built aside and renamed, so that a cordon that runs from `dist` never finds half of it.
const shared = bundleOptions('package')
const aside = `${root}/dist.${process.pid}`
await build({
  ...shared,
  outdir: aside,
  splitting: true,
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'linked',
  plugins: [builtinsUnfolded()],
  // What CommonJS packages in the bundle expect of Node.
  define: { ...shared.define, __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
})
chmodSync(`${aside}/cordon.js`, 0o755)
rmSync(`${root}/dist`, { recursive: true, force: true })
renameSync(aside, `${root}/dist`)

/**
 * An `import` of a module of Node's reads every name it exports, and some load half of Node when they are read
 * (`WebSocket` of node:http loads its undici). `require` reads those that are used.
 */
function builtinsUnfolded(): Plugin {
  return {
    name: 'builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[a-z]/ }, ({ path }) => (isBuiltin(path) ? { path, namespace: 'builtin' } : undefined))
      onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      }))
    },
  }
}

/**
 * Runs every test of the tree, or those whose path holds a word of the command line.
 *
 *     node test/run.ts e2e/                 with the cordon of `npm run build`
 *     node test/run.ts --binary e2e/        with the executable of `npm run build:binary`
 *     LONG=1 node test/run.ts               all of it, the long ones too; then once more what a person types, with the executable
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2).filter((word) => word !== '--binary')
const withBinary = words.length < process.argv.length - 2
/** The tests that run the command as a person does. */
const typed = ['cli/', 'docs/', 'e2e/']

process.exitCode = withBinary ? await runBinary(words) : await runBuilt()

async function runBuilt(): Promise<number> {
  const code = await run(words, process.env)
  return code === 0 && process.env['LONG'] && words.length === 0 ? runBinary(typed) : code
}

async function runBinary(chosen: readonly string[]): Promise<number> {
  const code = await node(['.ci/build-binary.ts'], process.env)
  return code === 0 ? run(chosen, { ...process.env, CORDON_BINARY: 'build/cordon' }) : code
}

function run(chosen: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const files = globSync('test/**/*.test.ts', { cwd: root }).filter(
    (file) => chosen.length === 0 || chosen.some((word) => file.includes(word)),
  )
  if (files.length === 0) throw new Error(`no test file holds ${chosen.join(' or ')} in its path`)
  return node(['--test', '--test-timeout=120000', '--test-reporter=spec', ...files.sort()], env)
}

async function node(arguments_: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, arguments_, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

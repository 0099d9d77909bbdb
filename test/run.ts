/** Runs every test of the tree, or those whose path holds a word of the command line. */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2)
const files = globSync('test/**/*.test.ts', { cwd: root }).filter(
  (file) => words.length === 0 || words.some((word) => file.includes(word)),
)

if (files.length === 0) throw new Error(`no test file holds ${words.join(' or ')} in its path`)

const arguments_ = ['--test', '--test-timeout=120000', '--test-reporter=spec', ...files.sort()]
const run = spawn(process.execPath, arguments_, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
run.on('exit', (code) => {
  process.exitCode = code ?? 1
})

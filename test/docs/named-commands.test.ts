/** The commands that stand in sentences, of the pages and of the source: each is there, with the options it is given. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Command } from 'commander'
import { commandGroups } from '../../src/cli/commands.ts'
import type { Context } from '../../src/cli/context.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { fencedBlocksOf, pages, root } from './pages.ts'

const context: Context = { cwd: '/', env: {}, terminal: openTerminal(), version: '' }
const commands = new Map<string, Command>()
for (const { name, load } of commandGroups.flatMap(({ entries }) => entries)) commands.set(name, await load(context))

/** Words of the program itself. */
const ofProgram = ['--help', '--version']

for (const page of pages)
  test(`every command that ${page.path} names is one, and has the options it is given`, () => {
    const sentences = page.text.replace(/^```.*?^```$/gms, '')
    const inline = [...sentences.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\n', ' '))
    const typed = fencedBlocksOf(page).flatMap(({ kind, content }) => (kind === 'sh' ? content.split('\n') : []))

    refuseUnknown([...inline, ...typed])
  })

test('every command that a sentence of the source names is one, and has the options it is given', () => {
  const named = globSync('src/**/*.ts', { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return inSentences.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code))
  })

  assert.ok(named.length > 50)
  refuseUnknown(named.map((code) => code.replace(/\$\{[^}]*\}/g, '')))
})

test('a command that is none, and an option that is none, are found', () => {
  for (const line of [
    'cordon sett up',
    'cordon secret put x',
    'x | cordon secret set a --hard',
    'a && cordon env --loud',
  ])
    assert.throws(() => refuseUnknown([line]), line)
})

/** Backticks within a template, and within a string of single quotes. */
const inSentences = [/\\`(cordon [^`\\\n]+)\\`/g, /(?<='[^'\n]*)`(cordon [^`'\n]+)`(?=[^'\n]*')/g]

function refuseUnknown(lines: readonly string[]): void {
  for (const words of lines.flatMap(commandsIn)) assert.deepEqual(faultsOf(words), [], `cordon ${words.join(' ')}`)
}

/** The words behind each `cordon` of a line; what stands behind a pipe or `--` is another program's. */
function commandsIn(line: string): string[][] {
  return line
    .replace(/ #.*/, '')
    .split(/&&|;|\\?\||\$\(/)
    .map((command) => command.replace(/[")].*/, '').trim())
    .filter((command) => /^(sudo )?cordon [a-z-]/.test(command))
    .map((command) =>
      command
        .replace(/ -- .*/, '')
        .replace(/^sudo /, '')
        .split(/\s+/)
        .slice(1),
    )
}

function faultsOf([name = '', ...rest]: string[]): string[] {
  if (ofProgram.includes(name)) return []
  let command = commands.get(name)
  if (command === undefined) return [`no command ${name}`]
  const words = [...rest]
  while (command.commands.length > 0 && words[0] !== undefined && /^[a-z]/.test(words[0])) {
    const verb = words.shift()
    const found: Command | undefined = command.commands.find((one) => one.name() === verb)
    if (found === undefined) return [`no command ${name} ${verb}`]
    command = found
  }
  const options = command.options.flatMap(({ long, short }) => [long, short])
  return words
    .filter((word) => /^--?[a-z]/.test(word) && !ofProgram.includes(word))
    .map((word) => word.replace(/=.*/, ''))
    .filter((word) => !options.includes(word))
    .map((word) => `no option ${word}`)
}

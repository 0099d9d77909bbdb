/** Values of every kind, read back by the programs that the formats are for. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { CordonError } from '../../src/base/error.ts'
import { environmentText, type Format } from '../../src/cli/environment-text.ts'
import { temporaryFolder } from '../world.ts'

const awkward = [
  `'`,
  `"`,
  '\\',
  '$',
  '`',
  ' ',
  '\t',
  '#',
  '!',
  '%',
  '|',
  '&',
  ';',
  '*',
  '=',
  ',',
  'é',
  '\u2019',
  'a',
  '{',
  '~',
]

/** Two hundred values of awkward characters, the same in each run. */
const values = Array.from({ length: 200 }, (_, i) => valueFrom(i + 1))

function valueFrom(seed: number): string {
  let state = seed
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  return Array.from({ length: next(12) }, () => awkward[next(awkward.length)]).join('')
}

const variablesOf = (all: readonly string[]) => Object.fromEntries(all.map((value, i) => [`V${i}`, value]))
const ofSeveralLines = { V0: `one\ntwo 'three'`, V1: 'four' }

/** Runs a shell that takes in the text and then prints every variable, each ended by a NUL. */
function readBy(shell: readonly [string, ...string[]], file: string, names: readonly string[], text: string): string[] {
  const [program, ...words] = shell
  const end = program === 'fish' ? '\\0' : '\\000'
  writeFileSync(file, `${text}\n${names.map((name) => `printf '%s${end}' "$${name}"`).join('\n')}\n`)
  const run = spawnSync(program, [...words, file], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
  })
  assert.equal(run.stderr, '')
  return run.stdout.split('\0').slice(0, -1)
}

const shells: readonly [Format, string][] = [
  ['shell', 'sh'],
  ['shell', 'bash'],
  ['shell', 'zsh'],
  ['fish', 'fish'],
]
for (const [format, shell] of shells) {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0
  test(`${shell} reads every value as it was`, { skip: !isThere && `${shell} is not installed` }, (t) => {
    for (const variables of [variablesOf(values), ofSeveralLines]) {
      const text = environmentText(variables, format)

      const read = readBy([shell], join(temporaryFolder(t), 'variables'), Object.keys(variables), text)

      assert.deepEqual(read, Object.values(variables))
    }
  })
}

test('a dotenv file that could be written gives Node every value as it was', () => {
  for (const value of values) {
    const text = textUnlessUnfit({ V: value }, 'dotenv')

    if (text === undefined) assert.match(value, /'/)
    else assert.equal(parseEnv(text)['V'], value, text)
  }
})

const dotenvIsThere = spawnSync('python3', ['-c', 'import dotenv']).status === 0
test('a dotenv file of the contract is read by python-dotenv', {
  skip: !dotenvIsThere && 'python-dotenv is not installed',
}, (t) => {
  const variables = { PLAIN: 'http://a:b@127.0.0.1:1', BLANKS: '-Da=b -Dc=d|[::1]', EMPTY: '' }
  const file = join(temporaryFolder(t), '.env')
  writeFileSync(file, environmentText(variables, 'dotenv'))

  const run = spawnSync('python3', [
    '-c',
    'import dotenv,json,sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))',
    file,
  ])

  assert.deepEqual(JSON.parse(String(run.stdout)), variables)
})

test('JSON holds every value as it was', () => {
  assert.deepEqual(JSON.parse(environmentText({ ...variablesOf(values), ...ofSeveralLines }, 'json')), {
    ...variablesOf(values),
    ...ofSeveralLines,
  })
})

test("an env file of Docker holds what is behind each line's first =, and no value of several lines", () => {
  const lines = environmentText(variablesOf(values), 'docker').split('\n')

  assert.deepEqual(
    lines.map((line) => line.slice(line.indexOf('=') + 1)),
    values,
  )
  assert.throws(() => environmentText(ofSeveralLines, 'docker'), { code: 'env_unfit' })
})

test('a file of GitHub holds values as they are, and those of several lines between two markers', () => {
  const text = environmentText({ V: `it's "$1"`, ...ofSeveralLines }, 'github')

  assert.equal(text, `V=it's "$1"\nV0<<end-of-the-value\none\ntwo 'three'\nend-of-the-value\nV1=four`)
  assert.throws(() => environmentText({ V: 'one\nend-of-the-value\ntwo' }, 'github'), { code: 'env_unfit' })
})

const powershellIsThere = spawnSync('pwsh', ['-Version']).status === 0
test('PowerShell reads every value as it was', { skip: !powershellIsThere && 'pwsh is not installed' }, (t) => {
  const file = join(temporaryFolder(t), 'variables.ps1')
  const out = `${file}.out`
  const variables = variablesOf(values.filter((value) => value !== ''))
  const names = Object.keys(variables)
  const printing = names.map((name) => `[IO.File]::AppendAllText('${out}', $env:${name} + [char]0)`)
  writeFileSync(file, [environmentText(variables, 'powershell'), ...printing].join('\n'))

  spawnSync('pwsh', ['-NoProfile', '-File', file])

  assert.deepEqual(readFileSync(out, 'utf8').split('\0').slice(0, -1), Object.values(variables))
})

test('for PowerShell a quote of either kind is doubled, and nothing else means anything', () => {
  const text = environmentText({ V: `it's ’$HOME’ \`n` }, 'powershell')

  assert.equal(text, `$env:V = 'it''s ’’$HOME’’ \`n'`)
})

function textUnlessUnfit(variables: Record<string, string>, format: Format): string | undefined {
  try {
    return environmentText(variables, format)
  } catch (thrown) {
    if (thrown instanceof CordonError && thrown.code === 'env_unfit') return undefined
    throw thrown
  }
}

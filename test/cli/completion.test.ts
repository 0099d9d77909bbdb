import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { openPage, type Page } from './transcript.ts'

const without = (shell: string) => spawnSync(shell, ['--version']).status !== 0 && `${shell} is not installed`

/** What a shell offers for a line; the last word is the one being typed. */
type Offered = (page: Page, line: string) => Promise<string[]>

const inBash: Offered = async (page, line) => {
  const words = line.split(' ')
  const script = `source <(cordon completion bash)
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_cordon cordon; printf '%s\\n' "\${COMPREPLY[@]}"`
  return offered(page, 'bash', ['--norc', '-c', script])
}

const inFish: Offered = (page, line) =>
  offered(page, 'fish', ['--no-config', '-c', `cordon completion fish | source; complete -C '${line}'`])

const inZsh: Offered = (page, line) => {
  // Completion proper needs a terminal; what it would show is what the function hands to _describe.
  const script = `_describe() { print -l -- "\${(@P)2}" }; _files() {}; compdef() {}
eval "$(cordon completion zsh)"; words=(${line
    .split(' ')
    .map((word) => `'${word}'`)
    .join(' ')}); CURRENT=$#words; _cordon`
  return offered(page, 'zsh', ['-fc', script])
}

async function offered({ desk }: Page, shell: string, words: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await desk.run(shell, words)
  assert.equal(stderr, '')
  return stdout
    .split('\n')
    .map((one) => one.replace(/[\t:].*/, ''))
    .filter((one) => one !== '')
}

for (const [shell, ask] of Object.entries({ bash: inBash, fish: inFish, zsh: inZsh })) {
  test(`${shell} completes commands, options, their values and the names of cordon.toml`, {
    skip: without(shell),
  }, async (t) => {
    const page = openPage(t)
    await page.typed('cordon setup')
    await page.typed('cordon route add --host api.openai.com --source age')
    await page.typed('cordon route add --host api.github.com --source age')

    assert.deepEqual(await ask(page, 'cordon sta'), ['start', 'status'])
    assert.deepEqual(await ask(page, 'cordon secret s'), ['set'])
    assert.deepEqual((await ask(page, 'cordon secret set ')).toSorted(), ['github-api', 'openai'])
    assert.deepEqual(await ask(page, 'cordon route show --json o'), ['openai'])
    assert.deepEqual(await ask(page, 'cordon start --keep'), ['--keep-going'])
    assert.deepEqual(await ask(page, 'cordon env --format js'), ['json'])
    assert.deepEqual(await ask(page, 'cordon token rotate d'), ['default'])
    assert.deepEqual(await ask(page, 'cordon integration disable cod'), ['codex'])
    assert.deepEqual((await ask(page, 'cordon help sec')).toSorted(), ['secret', 'secrets', 'security'])
  })
}

test('names of another configuration are those of the one on the line, and a faulty one offers nothing', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup --scope user')
  await page.typed('cordon route add --host api.openai.com --source age --scope user')

  const elsewhere = await page.typed('cordon __complete -- route show --scope user ""')
  const here = await page.typed('echo "listen = " > cordon.toml; cordon __complete -- route show ""')

  assert.deepEqual([elsewhere.stdout, elsewhere.stderr], ['openai\troute\n', ''])
  assert.deepEqual([here.stdout, here.stderr, here.code], ['', '', 0])
})

test('a shell that cordon does not know is told of the three', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon completion tcsh
    2> ✗ \`cordon completion\` takes one of bash, zsh, fish. (usage)
    2>   hint: see \`cordon completion --help\`
    [2]
  `)
})

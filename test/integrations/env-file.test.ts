import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { CordonError } from '../../src/base/error.ts'
import { editBlock, takenBackBlock, withoutBlock } from '../../src/integrations/block.ts'
import { editVariables } from '../../src/integrations/env-file.ts'
import { runCodex } from '../codex.ts'
import { temporaryFolder } from '../world.ts'

const blockIn = (text: string, lines: string[]) => editBlock(text, lines, undefined).text
const variablesIn = (text: string, variables: Record<string, string>) => editVariables(text, variables, undefined).text

const foreignTexts = {
  'an empty file': '',
  'comments and blank lines': '# mine\n\nA=1\n\n',
  'CRLF line ends': '# mine\r\nA="1"\r\n',
  'a byte order mark': '\uFEFFA=1\n',
  'a value over two lines': 'A="one\ntwo"\nB=2\n',
}

for (const [what, text] of Object.entries(foreignTexts)) {
  test(`a block put in and taken out leaves ${what} byte for byte`, () => {
    const withOurs = blockIn(text, ['X="1"', 'Y="2"'])

    assert.equal(withoutBlock(withOurs), text)
    assert.ok(withOurs.startsWith(text))
  })
}

test('a block has the line ends of its file', () => {
  const text = blockIn('A=1\r\n', ['X=1'])

  assert.equal(text.replaceAll('\r\n', '').includes('\n'), false)
})

test('a file without a final newline gets one before the block', () => {
  assert.match(blockIn('A=1', ['X=1']), /^A=1\n# >>> cordon/)
})

test('a second block takes the place of the first, and what a person wrote below stays below', () => {
  const first = `${blockIn('A=1\n', ['X=1'])}B=2\n`

  const second = blockIn(first, ['X=2'])

  assert.equal(withoutBlock(second), 'A=1\nB=2\n')
  assert.match(second, /X=2\n# <<<.*\nB=2\n$/)
})

test('a block whose end a person removed is told, and the text stays', () => {
  const text = blockIn('', ['X=1']).replace(/# <<<.*\n/, '')

  assert.throws(() => blockIn(text, ['X=2']), { code: 'block_broken' })
})

test('our block moves below a line that would win over it', () => {
  const text = `${variablesIn('', { HTTPS_PROXY: 'http://ours' })}HTTPS_PROXY=http://theirs\n`

  const again = variablesIn(text, { HTTPS_PROXY: 'http://ours' })

  assert.match(again, /^HTTPS_PROXY=http:\/\/theirs\n# >>> cordon/)
  assert.equal(variablesIn(again, { HTTPS_PROXY: 'http://ours' }), again)
})

for (const text of ['A=1\nB="never closed\nC=3\n', "A=it's\n", 'export A = "x\n']) {
  test(`an open quote that would swallow the block is told: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => variablesIn(text, { X: '1' }),
      (thrown) => thrown instanceof CordonError && thrown.code === 'env_file_faulty',
    )
  })
}

test('what Codex reads from the file is what was put in, whatever characters a value has', async (t) => {
  const home = temporaryFolder(t)
  const values = {
    CORDON_A: 'http://shop-0f3c9a12:t0k_en-@127.0.0.1:6790',
    CORDON_B: '/home/sam smith/it\'s "a" #1/ca.pem',
    CORDON_C: 'back\\slash $HOME `x`',
    CORDON_D: '',
  }
  writeFileSync(join(home, '.env'), variablesIn("# it's mine\nCORDON_A=theirs\nFOREIGN='x # y'\nbad line\n", values))

  const run = await runCodex({ home, cwd: home, env: {}, args: ['sandbox', '--', 'env', '-0'] })

  const seen = new Map(run.stdout.split('\0').map((entry) => [entry.split('=', 1)[0], entry.replace(/^[^=]*=/, '')]))
  assert.equal(run.code, 0, run.stderr)
  assert.equal(seen.get('FOREIGN'), 'x # y')
  for (const [name, value] of Object.entries(values)) assert.equal(seen.get(name), value)
})

test('of two blocks in a file, one without its end is taken out and the other stays whole', () => {
  const one = editBlock('mine\n', ['/a'], undefined, 'one')
  const two = editBlock(one.text, ['/b'], undefined, 'two')
  const withoutEnd = two.text.replace('# <<< cordon <<<\n', '')
  const withoutBeginning = two.text.replace(/# >>> cordon one.*\n/, '')

  for (const text of [withoutEnd, withoutBeginning]) {
    const { text: rest, hasForeign } = takenBackBlock(text, one.part)

    assert.equal(hasForeign, false)
    assert.equal(rest, editBlock('mine\n', ['/b'], undefined, 'two').text)
  }
})

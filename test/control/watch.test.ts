import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { watchFiles } from '../../src/control/watch.ts'
import { temporaryFolder } from '../world.ts'

/** Resolves once a change is told that `change` makes; a test whose change is never told does not end. */
function told(t: TestContext, path: string, change: () => void): Promise<void> {
  return new Promise((done) => {
    const alive = setInterval(() => {}, 1000)
    const end = watchFiles([path], () => done())
    t.after(() => {
      clearInterval(alive)
      end()
    })
    change()
  })
}

test('a file is told of when it is written, replaced, removed or made', { timeout: 20_000 }, async (t) => {
  const file = join(temporaryFolder(t), 'cordon.toml')
  writeFileSync(file, 'listen = 1\n')

  await told(t, file, () => writeFileSync(file, 'listen = 2\n'))
  await told(t, file, () => {
    writeFileSync(`${file}.new`, 'listen = 3\n')
    renameSync(`${file}.new`, file)
  })
  await told(t, file, () => unlinkSync(file))
  await told(t, file, () => writeFileSync(file, 'listen = 4\n'))
})

test('a file is told of behind a link, and where its folder goes or is yet to come', { timeout: 20_000 }, async (t) => {
  const folder = temporaryFolder(t)
  const [certs, link] = [join(folder, 'certs'), join(folder, 'link')]
  mkdirSync(join(folder, 'real'))
  writeFileSync(join(folder, 'real', 'file'), '1')
  symlinkSync(join(folder, 'real', 'file'), link)

  await told(t, link, () => writeFileSync(join(folder, 'real', 'file'), '2'))
  await told(t, join(certs, 'ca.pem'), () => mkdirSync(certs))
  await told(t, join(certs, 'ca.pem'), () => rmSync(certs, { recursive: true }))
})

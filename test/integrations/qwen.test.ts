import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { qwen } from '../../src/integrations/qwen.ts'
import { setUp, startFolders } from './settings-world.ts'

const settings = (value: object) => ({ 'home/.qwen/settings.json': JSON.stringify(value) })
const modelAt = (baseUrl: string) => ({ modelProviders: { openai: [{ id: 'mine', baseUrl, envKey: 'MY_KEY' }] } })

test('the model that set-up put in is none that a person chose', async (t) => {
  const { context, home } = startFolders(t)
  await setUp(qwen, context('user'))
  const routes = qwen.routes(context('user'))
  writeFileSync(join(home, '.qwen/settings.json'), '{}\n')

  assert.deepEqual(routes, [{ name: 'dashscope', host: 'dashscope.aliyuncs.com' }])
  assert.equal(qwen.detect(context('user')).state, 'stale')
})

test('a model that `/model` chose after the set-up makes nothing stale, and no other route', async (t) => {
  const { context, home } = startFolders(t)
  await setUp(qwen, context('user'))
  const file = join(home, '.qwen/settings.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{ "model": { "name": "glm-5.1" },'))

  assert.equal(qwen.detect(context('user')).state, 'current')
  assert.deepEqual(qwen.routes(context('user')), [{ name: 'dashscope', host: 'dashscope.aliyuncs.com' }])
})

test('models that a person chose stay, and the routes are those of their hosts', (t) => {
  const { context } = startFolders(t, settings(modelAt('https://dashscope-intl.aliyuncs.com/compatible-mode/v1')))

  assert.deepEqual(qwen.routes(context('project')), [{ name: 'dashscope-intl', host: 'dashscope-intl.aliyuncs.com' }])
  assert.deepEqual(
    qwen.plan(context('project')).changes.filter(({ path }) => path.endsWith('settings.json')),
    [],
  )
})

test('a host that cordon does not know is told, with the command that makes its route', (t) => {
  const { context } = startFolders(t, settings(modelAt('https://models.company.test/v1')))

  assert.deepEqual(qwen.routes(context('project')), [])
  assert.deepEqual(qwen.plan(context('project')).notices, [
    'Qwen Code has models of models.company.test: `cordon route add --host models.company.test` puts a key in there too.',
  ])
})

test('a model that stands by its name alone is one of OpenAI', (t) => {
  const { context } = startFolders(t, settings({ model: { name: 'gpt-5' } }))

  assert.deepEqual(qwen.routes(context('project')), [{ name: 'openai', host: 'api.openai.com' }])
})

test('a login with OAuth stays, and gets no route', (t) => {
  const { context } = startFolders(t, settings({ security: { auth: { selectedType: 'qwen-oauth' } } }))

  assert.deepEqual(qwen.routes(context('user')), [])
  assert.match(qwen.plan(context('user')).notices.join(), /stays logged in by "qwen-oauth"/)
})

test('a real key in the settings is told of, and a placeholder is not', (t) => {
  const { context } = startFolders(
    t,
    settings({ env: { DASHSCOPE_API_KEY: 'sk-real', OPENAI_API_KEY: '', LANG: 'C' } }),
  )

  assert.deepEqual(qwen.plan(context('user')).notices, [
    'The settings of Qwen Code hold DASHSCOPE_API_KEY, which every program of yours can read: store it with `cordon secret set`, then take it out.',
  ])
})

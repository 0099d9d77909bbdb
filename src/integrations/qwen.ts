/**
 * Qwen Code keeps its models and its way to log in in `settings.json`, that of the project over that of the home. Node reads the
 * CA only where a process begins, so `cordon run` leads it through cordon, with a placeholder for its key.
 */

import { join } from 'node:path'
import { readIfThere } from '../base/file.ts'
import { knownHost, presetRoute } from '../config/known-hosts.ts'
import { folderOf } from './home.ts'
import type { AgentRoute, IntegrationContext } from './integration.ts'
import { type JsonPath, jsonAt } from './json-text.ts'
import { isPlaceholder } from './placeholder.ts'
import { type Edit, integrationOf } from './settings.ts'
import { runThrough } from './shell.ts'
import { skillIn } from './skill.ts'

export const qwen = integrationOf({
  name: 'qwen',
  label: 'Qwen Code',
  scopes: ['project', 'user'],
  wiring: 'shell',
  program: 'qwen',
  home: (context) => folderOf(context, '.qwen'),
  routes,
  edits,
  notices,
  next: (context) => [runThrough(context, 'qwen')],
})

const settingsOf = (context: IntegrationContext) => join(folderOf(context, '.qwen'), 'settings.json')

/** What stands at a path of the settings: of this scope, and of all projects. */
function chosen(context: IntegrationContext, path: JsonPath): unknown[] {
  const files = new Set([settingsOf(context), settingsOf({ ...context, scope: 'user' })])
  return [...files].flatMap((file) => {
    const text = readIfThere(file)?.trim()
    return text ? (jsonAt(text, path, file) ?? []) : []
  })
}

// What `/auth` of Qwen Code writes for a key of Model Studio.
const model = {
  id: 'qwen3.6-plus',
  name: 'qwen3.6-plus',
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  envKey: 'DASHSCOPE_API_KEY',
}
const keyOfLogin = ['security', 'auth', 'selectedType']
const loginByKey = 'openai'

function edits(context: IntegrationContext): Edit[] {
  const skill = skillIn(join(folderOf(context, '.qwen'), 'skills'), context)
  const path = settingsOf(context)
  if (hasOtherLogin(context) || ownHosts(context).length > 0) return [skill]
  const set = [{ path: keyOfLogin, value: loginByKey }]
  return [skill, { kind: 'json', path, set, add: [{ path: ['modelProviders', loginByKey], item: model }] }]
}

function routes(context: IntegrationContext): AgentRoute[] {
  if (hasOtherLogin(context)) return []
  const hosts = ownHosts(context)
  if (hosts.length === 0) return [presetRoute('dashscope')]
  return hosts.flatMap((host) => {
    const known = knownHost(host)
    return known ? [{ name: known.name, host }] : []
  })
}

/** The hosts of the models that a person chose, in the settings or by the environment. */
function ownHosts(context: IntegrationContext): string[] {
  const models = chosen(context, ['modelProviders'])
    .flatMap((byLogin) => (isObject(byLogin) ? Object.values(byLogin) : []))
    .flat()
  const own = models.filter((one) => JSON.stringify(one) !== JSON.stringify(model))
  const urls = [
    ...own.map((one) => (isObject(one) ? one['baseUrl'] : undefined)),
    ...chosen(context, ['security', 'auth', 'baseUrl']),
    context.env['OPENAI_BASE_URL'],
  ]
  const hosts = urls.flatMap((url) => URL.parse(String(url))?.hostname ?? [])
  // Qwen Code asks OpenAI for a model that stands there by its name alone.
  const isNamed = models.length === 0 && chosen(context, ['model', 'name']).length > 0
  return [...new Set(hosts.length === 0 && isNamed ? ['api.openai.com'] : hosts)]
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function notices(context: IntegrationContext): string[] {
  if (hasOtherLogin(context))
    return [
      `Qwen Code stays logged in by ${JSON.stringify(loginOf(context))}; cordon puts in API keys only, and \`/auth\` in Qwen Code switches to one.`,
    ]
  const unknown = ownHosts(context).filter((host) => knownHost(host) === undefined)
  const keys = chosen(context, ['env']).flatMap((env) => (isObject(env) ? Object.entries(env) : []))
  return [
    ...unknown.map(
      (host) => `Qwen Code has models of ${host}: \`cordon route add --host ${host}\` puts a key in there too.`,
    ),
    ...keys
      .filter(([name, value]) => /_KEY$/.test(name) && !isPlaceholder(value))
      .map(
        ([name]) =>
          `The settings of Qwen Code hold ${name}, which every program of yours can read: store it with \`cordon secret set\`, then take it out.`,
      ),
  ]
}

/** A login by OAuth or by Vertex AI, which a person chose. */
const hasOtherLogin = (context: IntegrationContext) =>
  ![undefined, loginByKey, 'anthropic', 'gemini'].includes(loginOf(context))

function loginOf(context: IntegrationContext): string | undefined {
  const [login] = chosen(context, keyOfLogin)
  return login === undefined ? undefined : String(login)
}

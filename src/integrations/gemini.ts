/**
 * Gemini CLI keeps its way to log in in `settings.json`. Its `.env` would carry variables too, but Node reads the CA only where
 * a process begins, so `cordon run` leads it through cordon, with a placeholder for its key.
 */
import { join } from 'node:path'
import { readIfThere } from '../base/file.ts'
import { presetRoute } from '../config/known-hosts.ts'
import { folderOf } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { jsonAt } from './json-text.ts'
import { type Edit, integrationOf } from './settings.ts'
import { runThrough } from './shell.ts'
import { skillIn } from './skill.ts'

export const gemini = integrationOf({
  name: 'gemini',
  label: 'Gemini CLI',
  scopes: ['project', 'user'],
  wiring: 'shell',
  program: 'gemini',
  home: (context) => folderOf(context, '.gemini'),
  routes: (context) => (hasOtherLogin(context) ? [] : [presetRoute('gemini')]),
  edits,
  notices,
  next: (context) => [runThrough(context, 'gemini')],
})

const settingsOf = (context: IntegrationContext) => join(folderOf(context, '.gemini'), 'settings.json')

const keyOfLogin = ['security', 'auth', 'selectedType']
const loginByKey = 'gemini-api-key'

function edits(context: IntegrationContext): Edit[] {
  const skill = skillIn(join(folderOf(context, '.gemini'), 'skills'), context)
  const login: Edit = { kind: 'json', path: settingsOf(context), set: [{ path: keyOfLogin, value: loginByKey }] }
  return hasOtherLogin(context) ? [skill] : [skill, login]
}

function notices(context: IntegrationContext): string[] {
  return hasOtherLogin(context)
    ? [
        `Gemini CLI stays logged in by ${JSON.stringify(loginOf(context))}; cordon puts in API keys only, and \`/auth\` in Gemini CLI switches to one.`,
      ]
    : []
}

/** A login with Google or by Vertex AI, which a person chose. */
const hasOtherLogin = (context: IntegrationContext) => ![undefined, loginByKey].includes(loginOf(context))

function loginOf(context: IntegrationContext): string | undefined {
  const text = readIfThere(settingsOf(context))?.trim()
  const login = text ? jsonAt(text, keyOfLogin, settingsOf(context)) : undefined
  return login === undefined ? undefined : String(login)
}

/**
 * Claude Code reads its settings at every start, the later ones over the earlier:
 *
 *     ~/.claude/settings.json                 the person's own, or in $CLAUDE_CONFIG_DIR: the user scope
 *     .claude/settings.json                   the project's, shared by commits, so never ours
 *     .claude/settings.local.json             the project's on this machine: the project scope
 *
 * Their `env` counts over the shell's variables, and is handed to every command, hook and MCP server.
 */
import { join, resolve } from 'node:path'
import { readIfThere } from '../base/file.ts'
import { placeholderIn, presetRoute } from '../config/known-hosts.ts'
import { folderOf, personHome } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { jsonAt } from './json-text.ts'
import { isPlaceholder } from './placeholder.ts'
import { type Edit, integrationOf } from './settings.ts'
import { skillIn } from './skill.ts'

export const claudeCode = integrationOf({
  name: 'claude-code',
  label: 'Claude Code',
  scopes: ['project', 'user'],
  wiring: 'files',
  program: 'claude',
  home: homeOf,
  routes: (context) => (isSubscribed(context) ? [] : [presetRoute('anthropic')]),
  edits,
  notices,
  next: () => ['claude'],
})

function homeOf(context: IntegrationContext): string {
  const { scope, cwd, env } = context
  return scope === 'user' && env['CLAUDE_CONFIG_DIR']
    ? resolve(cwd, env['CLAUDE_CONFIG_DIR'])
    : folderOf(context, '.claude')
}

const settingsOf = (context: IntegrationContext) =>
  join(homeOf(context), context.scope === 'project' ? 'settings.local.json' : 'settings.json')

function edits(context: IntegrationContext): Edit[] {
  const path = settingsOf(context)
  const key =
    isSubscribed(context) || ownKeyIn(context) ? {} : { ANTHROPIC_API_KEY: placeholderIn('ANTHROPIC_API_KEY') }
  const env = { ...context.variables, ...key }
  return [
    skillIn(join(homeOf(context), 'skills'), context),
    {
      kind: 'json',
      path,
      set: Object.entries(env).map(([name, value]) => ({ path: ['env', name], value })),
      add: [{ path: ['hooks', 'SessionStart'], item: healthHook(context) }],
    },
  ]
}

/** Says in one sentence, where a session begins, that cordon does not run; else every request would fail without a reason. */
function healthHook({ self: { command, options } }: IntegrationContext): object {
  const sentence = `cordon does not run, so no request will pass. To mend it, run: cordon start${options}`
  const told = `printf '%s' '${JSON.stringify({ systemMessage: sentence }).replaceAll("'", "'\\''")}'`
  return { hooks: [{ type: 'command', command: `${command} status --quiet${options} || ${told}`, timeout: 10 }] }
}

function notices(context: IntegrationContext): string[] {
  const subscribed =
    'Claude Code is logged in with a subscription and keeps that login; cordon puts in API keys only, and `claude /logout` makes room for one.'
  const own = `${settingsOf(context)} sets ANTHROPIC_API_KEY itself, and it stays there, readable for every program of yours; store it with \`cordon secret set anthropic\`, take it out, and set up again.`
  return [...(isSubscribed(context) ? [subscribed] : []), ...(ownKeyIn(context) ? [own] : [])]
}

/** Whether the settings hold a key that is none of ours. */
function ownKeyIn(context: IntegrationContext): boolean {
  const path = settingsOf(context)
  const text = readIfThere(path) ?? ''
  const key = text.trim() === '' ? undefined : jsonAt(text, ['env', 'ANTHROPIC_API_KEY'], path)
  return key !== undefined && !isPlaceholder(key)
}

/** A login with claude.ai; on macOS it lies in the keychain, and only the account is told. A key would take its place. */
function isSubscribed(context: IntegrationContext): boolean {
  const folder = context.env['CLAUDE_CONFIG_DIR'] ?? join(personHome(context), '.claude')
  const login = join(folder, '.credentials.json')
  const text = readIfThere(login)?.trim()
  if (text) return jsonAt(text, ['claudeAiOauth'], login) !== undefined
  const state = context.env['CLAUDE_CONFIG_DIR']
    ? join(folder, '.claude.json')
    : join(personHome(context), '.claude.json')
  const facts = readIfThere(state)?.trim()
  if (process.platform !== 'darwin' || !facts) return false
  return jsonAt(facts, ['oauthAccount'], state) !== undefined && jsonAt(facts, ['primaryApiKey'], state) === undefined
}

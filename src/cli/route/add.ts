import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { parseHost } from '../../base/names.ts'
import { changeConfig } from '../../config/allowed.ts'
import { addRoute, type RouteDraft } from '../../config/edit.ts'
import { knownHost, routeNameFor } from '../../config/known-hosts.ts'
import { parseConfig } from '../../config/load.ts'
import type { Scope } from '../../config/scope.ts'
import { chooseSource } from '../../secrets/sources.ts'
import { routeNameArgument } from '../arguments.ts'
import { type Context, configText, type Placed, placed, scopeIn, sourcesIn, suffixOf } from '../context.ts'
import { shownWord } from '../word.ts'
import { askRoute } from './ask.ts'
import {
  authFrom,
  byFlags,
  matchFrom,
  missing,
  placeFrom,
  type RouteFlags,
  sourceFlag,
  withRouteFlags,
} from './options.ts'
import { takeOver } from './take-over.ts'

export const routeAdd = (context: Context) =>
  withRouteFlags(placed(new Command('add')))
    .option('--name <name>', 'its name, made from the host when not given')
    .summary('add a route; without flags, on a terminal, it asks')
    .addHelpText(
      'after',
      '\n  $ cordon route add --host api.openai.com\n  $ cordon route add --host api.mailer.test --header-name X-Token',
    )
    .action((options: Placed & RouteFlags) => addRouteFrom(context, options))

/** Adds the route that the flags, or a person's answers, describe. A route that is there already, the same in all, is no error. */
export async function addRouteFrom(context: Context, options: Placed & RouteFlags): Promise<void> {
  const { terminal } = context
  const scope = scopeIn(context, options)
  const text = configText(scope, options)
  const flags = hasFlags(options) || !terminal.isInteractive ? options : await askRoute(terminal, options)
  const { draft, why } = await draftFrom(context, scope, flags)
  const same = parseConfig(text, scope.configPath).routes.find(({ name }) => name === draft.name)
  const after = same ? undefined : addRoute(text, draft)
  if (same && byFlags(() => isSame(text, draft, scope.configPath)))
    return terminal.done(`${scope.configPath} has the route ${draft.name} already.`)
  if (after === undefined)
    throw new CordonError('route_exists', `There is a route ${draft.name} already, and it says something else.`, {
      hint: `change it with \`cordon route edit ${draft.name}\`, or give another \`--name\``,
    })
  byFlags(() => changeConfig(scope, text, after))
  terminal.done(`Added the route ${draft.name} for ${draft.host} to ${scope.configPath}.`)
  if (why !== undefined) terminal.notice(why)
  await takeOver(context, scope)
  terminal.next(`cordon secret set ${draft.name}${suffixOf(options)}`)
}

/** The draft, and why its source was chosen when nobody named one. */
async function draftFrom(
  context: Context,
  scope: Scope,
  flags: RouteFlags,
): Promise<{ draft: RouteDraft; why: string | undefined }> {
  if (flags.host === undefined) throw missing('--host', 'a route')
  if (parseHost(flags.host.replace(/^\*\./, '')) === undefined)
    throw new CordonError('usage', `"${shownWord(flags.host)}" is no host name.`, {
      hint: 'give the name alone, without https:// and without a path',
    })
  const name = flags.name === undefined ? routeNameFor(flags.host) : routeNameArgument(flags.name)
  const auth = authFrom(flags, flags.host)
  const named = sourceFlag(flags.source)
  const chosen = named === undefined ? await chooseSource(await sourcesIn(context, scope)) : undefined
  const secret = placeFrom(flags, named ?? chosen?.source ?? 'keyring', name)
  return {
    draft: { name, host: flags.host, auth, secret, ...pathsOf(flags.host), ...matchFrom(flags) },
    why: chosen?.why,
  }
}

/** Where a known host takes its key on a few paths alone, and nobody names others. */
function pathsOf(host: string): Pick<RouteDraft, 'paths'> {
  const paths = knownHost(host)?.paths
  return paths ? { paths: [...paths] } : {}
}

/** Two routes are the same when the file would mean the same with either. */
function isSame(text: string, draft: RouteDraft, path: string): boolean {
  const [alone] = parseConfig(addRoute('listen = 1\n', draft), path).routes
  const there = parseConfig(text, path).routes.find(({ name }) => name === draft.name)
  return JSON.stringify(alone) === JSON.stringify(there)
}

const placing = new Set(['config', 'scope'])

const hasFlags = (options: object) => Object.keys(options).some((name) => !placing.has(name))

import { CordonError } from '../base/error.ts'
import { nextHopHolder, parseRouteName, type RouteName } from '../base/names.ts'
import type { Config } from '../config/config.ts'
import { type SecretHolder, secretHolders } from '../config/holders.ts'
import { nearest } from '../config/meant.ts'
import type { CredentialRoute } from '../proxy/proxy.ts'
import { shownWord } from './word.ts'

/** A route name from the command line. Throws `usage`. */
export function routeNameArgument(text: string): RouteName {
  const name = parseRouteName(text)
  if (name === undefined)
    throw new CordonError('usage', `"${shownWord(text)}" is no route name.`, {
      hint: 'use letters, digits, `.`, `_` and `-`, and begin with a letter or digit',
    })
  return name
}

/** The route of that name. Throws `route_missing`, with the name that was probably meant. */
export function routeNamed(config: Config, name: RouteName): CredentialRoute {
  return config.routes.find((one) => one.name === name) ?? noRoute(config, name, config.routes)
}

/** The same of all that has a secret. Throws `config_proxy_auth` where the proxy before cordon has none. */
export function holderNamed(config: Config, name: RouteName): SecretHolder {
  const holders = secretHolders(config)
  const holder = holders.find((one) => one.name === name)
  if (holder) return holder
  if (name !== nextHopHolder) return noRoute(config, name, holders)
  throw new CordonError('config_proxy_auth', `\`[network]\` of ${config.path} has no proxy_auth.`, {
    hint: 'add `proxy_auth = { username = "NAME", secret = { source = "keyring", account = "proxy" } }` there, beside proxy',
  })
}

function noRoute(config: Config, name: RouteName, known: readonly { name: string }[]): never {
  const meant = nearest(
    name,
    known.map((one) => one.name),
  )
  throw new CordonError('route_missing', `There is no route ${shownWord(name)} in ${config.path}.`, {
    hint: meant === undefined ? hintFor(name, known) : `did you mean ${meant}?`,
  })
}

function hintFor(name: string, known: readonly unknown[]): string {
  if (shownWord(name) === name)
    return known.length === 0
      ? 'there is none yet: add one with `cordon route add`'
      : 'see which there are with `cordon route list`'
  return 'the name of a route is wanted there; if it was a real key, replace it by a new one, for the shell keeps it'
}

/** Collects a repeated or comma-separated option into a list. */
export function listed(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').map((item) => item.trim())]
}

import { distance } from 'fastest-levenshtein'
import { CordonError } from '../base/error.ts'
import { parseRouteName, type RouteName } from '../base/names.ts'
import type { Config } from '../config/load.ts'
import type { CredentialRoute } from '../proxy/proxy.ts'

/** A route name from the command line. Throws `usage`. */
export function routeNameArgument(text: string): RouteName {
  const name = parseRouteName(text)
  if (name === undefined)
    throw new CordonError(
      'usage',
      `"${text}" is no route name: letters, digits, ".", "_" and "-", beginning with a letter or digit.`,
    )
  return name
}

/** The route of that name. Throws `route_missing`, with the name that was probably meant. */
export function routeNamed(config: Config, name: RouteName): CredentialRoute {
  const route = config.routes.find((one) => one.name === name)
  if (route) return route
  const meant = config.routes.map((one) => one.name).find((known) => distance(known, name) <= 2)
  throw new CordonError('route_missing', `There is no route ${name} in ${config.path}.`, {
    hint: meant === undefined ? 'see which there are with `cordon route list`' : `did you mean ${meant}?`,
  })
}

/** Collects a repeated or comma-separated option into a list. */
export function listed(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').map((item) => item.trim())]
}

import type { Sighting } from './move.ts'

/**
 * Why a key is not for the host that its variable is known by: `OPENAI_BASE_URL` beside `OPENAI_API_KEY` may name another
 * one. Undefined where nothing says so.
 */
export function otherHostOf(
  variable: string,
  hosts: readonly string[],
  all: readonly Sighting[],
  { command, suffix }: { command: string; suffix: string },
): string | undefined {
  const [stem] = variable.split(/_(?:API_)?(?:KEY|TOKEN)$/)
  const names = ['BASE_URL', 'API_BASE', 'API_URL', 'ENDPOINT'].map((end) => `${stem}_${end}`)
  for (const { name, value } of all) {
    const host = names.includes(name) && value.kind === 'literal' ? URL.parse(value.text)?.hostname : undefined
    if (host && !hosts.some((one) => host === one || host.endsWith(`.${one}`)))
      return `${name} names ${host}, so it is no key for ${hosts[0]}; \`cordon route add --host ${host} --name ROUTE${suffix}\` makes it a route, \`${command} --key ${variable}=ROUTE\` then moves it`
  }
  return undefined
}

import { nextHopHolder } from '../base/names.ts'
import type { SecretPlace } from '../secrets/source.ts'
import type { Config } from './config.ts'

/** What has a secret of its own in `cordon.toml`, by the name that commands call it. */
export interface SecretHolder {
  name: string
  secret: SecretPlace
}

/** The routes, in their order, and the proxy before cordon where it wants a password. */
export function secretHolders({ routes, network }: Pick<Config, 'routes' | 'network'>): readonly SecretHolder[] {
  const { proxyAuth } = network
  return proxyAuth ? [...routes, { name: nextHopHolder, secret: proxyAuth.secret }] : routes
}

/** The others whose secret lies in the same place. */
export function sharersOf(config: Pick<Config, 'routes' | 'network'>, name: string): string[] {
  const holders = secretHolders(config)
  const place = JSON.stringify(holders.find((one) => one.name === name)?.secret)
  return holders.filter((one) => one.name !== name && JSON.stringify(one.secret) === place).map((one) => one.name)
}

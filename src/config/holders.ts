import type { SecretPlace } from '../secrets/source.ts'
import type { Config } from './load.ts'

/** What has a secret of its own in `cordon.toml`, by the name that commands call it. */
export interface SecretHolder {
  name: string
  secret: SecretPlace
}

/** How commands call the proxy of `[network]`; no route has that name. */
export const nextHopHolder = 'network.proxy'

/** The routes, in their order, and the proxy before cordon where it wants a password. */
export function secretHolders({ routes, network }: Pick<Config, 'routes' | 'network'>): readonly SecretHolder[] {
  const { proxyAuth } = network
  return proxyAuth ? [...routes, { name: nextHopHolder, secret: proxyAuth.secret }] : routes
}

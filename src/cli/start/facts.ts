import type { Lasting, SecretHealth, Status, UseStatus } from '../../control/status.ts'
import type { RunningProxy } from '../../proxy/accept.ts'
import type { Use } from '../../proxy/tally.ts'
import { suffixOf } from '../context.ts'
import { type SecretState, secretStates } from '../secret/states.ts'
import type { Ground } from './load.ts'
import type { Renewal } from './renewal.ts'

/** What the running proxy tells of itself. Secrets are looked at, and not told. */
export async function statusOf(
  { context, options, sources }: Ground,
  renewal: Renewal,
  { port, open, tally }: RunningProxy,
  startedAt: Date,
  lasts: Lasting,
): Promise<Status> {
  const { config } = renewal.loaded
  const { lastError } = tally
  const secrets = await secretStates(config.routes, sources, config.secrets.timeoutMs)
  return {
    running: true,
    version: context.version,
    pid: process.pid,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    lasts,
    address: `127.0.0.1:${port}`,
    port,
    config: renewal.told,
    routes: secrets.map((secret) => ({
      ...useStatus(secret.name, tally.routes.get(secret.name)),
      secret: healthOf(secret, suffixOf(options)),
    })),
    clients: [...tally.clients].map(([name, use]) => useStatus(name, use)),
    refused: Object.fromEntries(tally.refused),
    ...(lastError && {
      lastError: { code: lastError.code, message: lastError.message, at: new Date(lastError.atMs).toISOString() },
    }),
    open,
  }
}

function useStatus(name: string, use: Use | undefined): UseStatus {
  if (!use) return { name, requests: 0 }
  return { name, requests: use.requests, lastUse: new Date(use.lastMs).toISOString() }
}

function healthOf({ name, account, state, why, hint }: SecretState, suffix: string): SecretHealth {
  if (state === 'stored') return { account, state }
  return { account, state, why, mend: hint ?? `run \`cordon secret set ${name}${suffix}\`` }
}

import { askStatus } from '../control/ask.ts'
import { askHealth } from '../control/health.ts'
import type { Check } from './finding.ts'
import { ownerOfPort } from './port-owner.ts'

/** The port is free, ours, or whose. */
export const checkPort: Check = async ({ scope, config, suffix }) => {
  const { listen } = config
  const running = await askStatus(scope.folder)
  const health = await askHealth(listen)
  switch (health.kind) {
    case 'nobody':
      // It stays on the port that it was started with, and its own check says so.
      if (running) return []
      return [
        {
          check: 'port',
          state: 'warning',
          sentence: `Port ${listen} is free: cordon does not run.`,
          mend: `run \`cordon start${suffix}\``,
        },
      ]
    case 'cordon':
      if (running?.port === listen)
        return [
          {
            check: 'port',
            state: 'ok',
            sentence: `cordon ${health.version} listens on 127.0.0.1:${listen} (process ${running.pid}).`,
          },
        ]
      return [
        {
          check: 'port',
          state: 'failure',
          sentence: `Port ${listen} is taken${owned(listen)}, which is the cordon of another configuration.`,
          mend: `give this one another \`listen\` in ${scope.configPath}, then run \`cordon setup${suffix}\``,
        },
      ]
    case 'somebody':
      return [
        {
          check: 'port',
          state: 'failure',
          sentence: `Port ${listen} is taken${owned(listen)}, which is not cordon.`,
          mend: `stop it, or change \`listen\` in ${scope.configPath}`,
        },
      ]
  }
}

function owned(port: number): string {
  const owner = ownerOfPort(port)
  return owner === undefined ? ' by another process' : ` by ${owner.command} (process ${owner.pid})`
}

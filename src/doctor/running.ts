import { askStatus } from '../control/ask.ts'
import type { Finding, Ground } from './finding.ts'

/** Whether the proxy that runs goes by the files as they are. Of one that does not run the check of the port tells. */
export async function checkRunning({ scope, suffix }: Pick<Ground, 'scope' | 'suffix'>): Promise<Finding[]> {
  const status = await askStatus(scope.folder)
  if (!status) return []
  const { state, fault, readAt, pending } = status.config
  const waiting = pending.map((sentence): Finding => ({ check: 'running', state: 'warning', sentence }))
  const cordon = `The running cordon (process ${status.pid})`
  switch (state) {
    case 'present':
      return [{ check: 'running', state: 'ok', sentence: `${cordon} goes by the configuration as it is.` }, ...waiting]
    case 'changed':
      return [
        {
          check: 'running',
          state: 'warning',
          sentence: `${cordon} goes by the configuration as it was at ${readAt}.`,
          mend: `run \`cordon reload${suffix}\``,
        },
        ...waiting,
      ]
    case 'faulty':
      return [
        {
          check: 'running',
          state: 'failure',
          sentence: `${cordon} goes by the configuration as it was at ${readAt}, for a change is faulty: ${fault?.message}`,
          mend: fault?.hint ?? 'mend the file, and it is read at once',
        },
        ...waiting,
      ]
  }
}

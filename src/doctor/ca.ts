import { dayMs } from '../base/clock.ts'
import { CordonError } from '../base/error.ts'
import { modeOf } from '../base/file.ts'
import { bundleState } from '../tls/bundle.ts'
import { loadCa } from '../tls/ca.ts'
import type { Check, Finding, Ground } from './finding.ts'

const soonMs = 30 * dayMs

/** The CA's two files, their modes, and how long it still holds; then the bundle that clients trust. */
export const checkCa: Check = (ground) => {
  try {
    const ca = loadCa(ground.certs)
    const leftMs = ca.certificate.validToDate.getTime() - Date.now()
    const until = ca.certificate.validToDate.toISOString().slice(0, 10)
    const finding: Finding =
      leftMs < soonMs
        ? {
            check: 'ca',
            state: 'warning',
            sentence: `The CA is valid until ${until} only.`,
            mend: `move ${ground.certs.caCert} and its key away and run \`cordon setup${ground.suffix}\``,
          }
        : { check: 'ca', state: 'ok', sentence: `The CA is valid until ${until}, its key is readable for you alone.` }
    return [finding, folderFinding(ground), bundleFinding(ground, ca)].filter((one) => one !== undefined)
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    return [
      {
        check: 'ca',
        state: 'failure',
        sentence: cause.message,
        mend:
          cause.code === 'ca_missing' || cause.hint === undefined ? `run \`cordon setup${ground.suffix}\`` : cause.hint,
      },
    ]
  }
}

function folderFinding({ scope }: Ground): Finding | undefined {
  const mode = modeOf(scope.certs.folder)
  if (process.platform === 'win32' || mode === undefined || (mode & 0o077) === 0) return undefined
  return {
    check: 'ca folder',
    state: 'failure',
    sentence: `Others may enter ${scope.certs.folder} (mode 0${mode.toString(8)}).`,
    mend: `run \`chmod 700 ${scope.certs.folder}\``,
  }
}

function bundleFinding({ scope, env, suffix }: Ground, ca: ReturnType<typeof loadCa>): Finding {
  const { bundle } = scope.certs
  switch (bundleState({ path: bundle, ca, env })) {
    case 'fresh':
      return { check: 'bundle', state: 'ok', sentence: `${bundle} holds the system's roots and the CA.` }
    case 'stale':
      return {
        check: 'bundle',
        state: 'failure',
        sentence: `${bundle} is older than the roots of the system or than the CA.`,
        mend: `run \`cordon setup${suffix}\``,
      }
    case 'missing':
      return {
        check: 'bundle',
        state: 'failure',
        sentence: `There is no ${bundle}, and no client can trust cordon without it.`,
        mend: `run \`cordon setup${suffix}\``,
      }
  }
}

import { createTwoFilesPatch } from 'diff'
import { lstatIfThere } from '../../base/file.ts'
import type { Scope } from '../../config/scope.ts'
import type { Plan } from '../../integrations/integration.ts'
import { isPlaceholder } from '../../integrations/placeholder.ts'
import type { ConfigDraft } from './draft.ts'

/** Every change as a unified diff, with client tokens left out; what is only made anew is named. Empty when nothing changes. */
export function previewOf(scope: Scope, draft: ConfigDraft, plans: readonly Plan[]): string {
  const made = [scope.certs.caCert, scope.certs.caKey, scope.certs.bundle, scope.tokensPath].filter(
    (path) => !lstatIfThere(path),
  )
  const changed = [
    { path: scope.configPath, before: draft.before, after: draft.after },
    ...plans.flatMap(({ changes }) => changes),
  ].filter(({ before, after }) => before !== after)
  const diffs = changed.map(({ path, before, after }) => diffOf(path, before, after))
  return withoutSecrets(
    [...made.map((path) => `new file: ${path}`), ...diffs, ...plans.flatMap(({ notices }) => notices)].join('\n'),
  )
}

function diffOf(path: string, before: string | undefined, after: string | undefined): string {
  const patch = createTwoFilesPatch(
    before === undefined ? '/dev/null' : path,
    after === undefined ? '/dev/null' : path,
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 2 },
  )
  return patch.slice(patch.indexOf('---')).trimEnd()
}

/** The password of a proxy URL is a client token; and the lines around a change may hold a real key of the person. */
function withoutSecrets(text: string): string {
  return text
    .replace(/(http:\/\/[^:/@\s]+:)[^@\s]+@/g, '$1[token]@')
    .replace(
      /^([ +-].*[A-Z]_?(?:KEY|TOKEN|SECRET|PASSWORD)["']?\s*[=:]\s*["']?)(?!\[)([^"'\s]+)/gm,
      (whole, name, value) => (isPlaceholder(value) ? whole : `${name}[hidden]`),
    )
}

/** What the schema finds in the data, each mistake told once. */
import { explained, type Issue, pathOf, unsupported } from './explain.ts'
import type { Finding } from './finding.ts'
import { nearest } from './meant.ts'
import { configSchema } from './schema.ts'
import { dotted, meantKey, wordsAt } from './schema-keys.ts'
import { isSame, isTable, type Path, valueIn } from './toml-tree.ts'
import { ordinary } from './toml-value.ts'

/** All that the keys and values of a file get wrong by themselves. */
export function findingsOf(data: unknown): Finding[] {
  const findings = issuesOf(data).flatMap((issue) => explained(issue, data))
  // A misspelt key is one mistake, though it leaves another one missing.
  const isMeant = ({ missing }: Finding) =>
    missing !== undefined && findings.some(({ code, path }) => code === 'unknown_key' && isMeantBy(path, missing, data))
  return findings.filter((finding) => !isMeant(finding))
}

function isMeantBy(unknown: Path, missing: Path, data: unknown): boolean {
  return isSame(unknown.slice(0, -1), missing.slice(0, -1)) && meantKey(unknown, data) === dotted(missing)
}

/** Where a word that decides between kinds of table is a near miss, the table is judged as what was meant, too. */
function issuesOf(data: unknown): Issue[] {
  const issues = configSchema.safeParse(data).error?.issues ?? []
  const mended = ordinary(data)
  const isMended = issues.map((issue) => issue.code === 'invalid_union' && mend(mended, pathOf(issue))).includes(true)
  if (!isMended) return issues
  const told = new Set(issues.map(identityOf))
  return [...issues, ...issuesOf(mended).filter((issue) => !told.has(identityOf(issue)))]
}

const identityOf = (issue: Issue) => JSON.stringify([issue.path, issue.code === 'unrecognized_keys' ? issue.keys : ''])

function mend(data: unknown, path: Path): boolean {
  const word = valueIn(data, path)
  const table = valueIn(data, path.slice(0, -1))
  const isNear = typeof word === 'string' && unsupported(path, word) === undefined
  const meant = isNear ? nearest(word, wordsAt(path)) : undefined
  if (meant === undefined || !isTable(table)) return false
  table[`${path.at(-1)}`] = meant
  return true
}

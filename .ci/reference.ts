/**
 * The parts of `docs/` that are written by the source: the keys of cordon.toml (src/config/schema.ts), the variables of
 * `cordon env` (src/config/environment.ts), the exit codes, and the error codes (src/cli/help/codes/, and the sentences from
 * where they are thrown).
 *
 *     npm run reference
 *
 * A test compares the pages with what this would write.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { CordonError } from '../src/base/error.ts'
import { exitCodeOf, exitCodes } from '../src/cli/exit.ts'
import { subjects } from '../src/cli/help/codes/codes.ts'
import type { Subject } from '../src/cli/help/codes/subject.ts'
import { variablesOf } from '../src/config/environment.ts'
import { everyKey } from '../src/config/schema-keys.ts'
import { answerFor } from '../src/proxy/refuse.ts'
import { root } from './bundle.ts'
import { type Thrown, thrownIn } from './thrown.ts'

/** The pages, by their path from the top, as the source has them. */
export function pagesOfSource(): Record<string, string> {
  return {
    'docs/configuration.md': rewritten('docs/configuration.md', /(?<=^## Every key\n.*?\n)\|.*?\n(?=\n)/ms, keyTable),
    'docs/clients.md': rewritten('docs/clients.md', /(?<=^## The variables\n\n)\|.*?\n(?=\n)/ms, variableTable),
    'docs/errors.md': rewritten('docs/errors.md', /(?<=\n)\| exit \|.*/s, () => `${exitTable()}\n${codeSections()}`),
  }
}

function rewritten(path: string, part: RegExp, write: () => string): string {
  const text = readFileSync(`${root}/${path}`, 'utf8')
  if (!part.test(text)) throw new Error(`${path} has no place for what the source says`)
  return text.replace(part, write)
}

function keyTable(): string {
  const rows = everyKey()
    .filter(({ isTable }) => !isTable)
    .map(({ path, type, isRequired, fallback, description }) => [
      `\`${path}\``,
      type,
      isRequired ? 'required' : fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``,
      description,
    ])
  return table(['key', 'type', 'default', ''], rows)
}

function variableTable(): string {
  const certs = { caCert: '', bundle: '', trustStore: '' }
  const variables = variablesOf({ certs, proxyUrl: 'http://user:token@127.0.0.1:6790', before: {} })
  return table(
    ['variable', 'who reads it', 'what for'],
    variables.map(({ name, readers, why }) => [`\`${name}\``, readers, why]),
  )
}

function exitTable(): string {
  return table(['exit', ''], Object.entries(exitCodes))
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`.replaceAll('|  |', '| |')
  return [head, head.map(() => '---'), ...rows].map(line).join('')
}

function codeSections(): string {
  const thrown = thrownIn()
  return subjects
    .map(({ heading, introduction, wire = {}, command = {}, both = {}, inside = {} }: Subject) => {
      const codes = Object.entries({ ...wire, ...both, ...command, ...inside }).map(([code, meaning]) => {
        const onWire = code in wire || code in both ? [`HTTP ${statusOf(code)}`] : []
        const atEnd = code in command || code in both ? [`exit ${exitCodeOf(code)}`] : []
        const said = thrown.filter((one) => one.code === code)
        return section(code, [...onWire, ...atEnd].join(', '), meaning, said)
      })
      return [`## ${heading}`, wrapped(introduction), ...codes].join('\n\n')
    })
    .join('\n\n')
    .concat('\n')
}

const statusOf = (code: string) => answerFor(new CordonError(code, ''), undefined).status

function section(code: string, place: string, meaning: string, thrown: readonly Thrown[]): string {
  const said = Map.groupBy(thrown, ({ hints }) => hints.join('\n'))
  const groups = [...said.values()].map((group) =>
    [
      ...new Set(group.map(({ sentence }) => sentence)),
      ...(group[0]?.hints ?? []).map((hint) => `  hint: ${hint}`),
    ].join('\n'),
  )
  const block = groups.length === 0 ? [] : [`\`\`\`text\n${groups.join('\n\n')}\n\`\`\``]
  return [`### ${code}`, wrapped(place === '' ? meaning : `${meaning} (${place})`), ...block].join('\n\n')
}

/** As wide as the rest of the page. */
const wrapped = (text: string) => text.replace(/(.{1,120})(?: |$)/g, '$1\n').trimEnd()

if (import.meta.main) for (const [path, text] of Object.entries(pagesOfSource())) writeFileSync(`${root}/${path}`, text)

/** The variables as their reader wants them; every reader has quotes, or none, of its own. */
import { CordonError } from '../base/error.ts'

export const formats = ['shell', 'fish', 'powershell', 'dotenv', 'json', 'github', 'docker'] as const
export type Format = (typeof formats)[number]

/** The text that gives the variables their values. Throws `env_unfit` where a format cannot hold a value. */
export function environmentText(variables: Readonly<Record<string, string>>, format: Format): string {
  if (format === 'json') return JSON.stringify(variables, null, 2)
  const line = lineOf[format]
  return Object.entries(variables)
    .map(([name, value]) => line(name, value))
    .join('\n')
}

const lineOf: Record<Exclude<Format, 'json'>, (name: string, value: string) => string> = {
  shell: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  // PowerShell takes the typographic quotes for the plain one.
  powershell: (name, value) => `$env:${name} = '${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`,
  dotenv: (name, value) => `${name}=${dotenvValue(name, value)}`,
  github: githubLine,
  docker: dockerLine,
}

// The readers of such files (Node, python-dotenv, Docker Compose) agree on no escapes: a plain value stands bare, any other
// one in quotes of a kind that it does not hold. Within double quotes some read `$` and backslashes.
function dotenvValue(name: string, value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return value
  if (!value.includes("'")) return `'${value}'`
  if (!/["$\\]/.test(value)) return `"${value}"`
  if (!value.includes('`')) return `\`${value}\``
  throw unfit(name, 'No quotes of a dotenv file can hold')
}

/** The file that `$GITHUB_ENV` names takes values as they are, and those of several lines between two markers. */
function githubLine(name: string, value: string): string {
  if (!/[\r\n]/.test(value)) return `${name}=${value}`
  const marker = 'end-of-the-value'
  if (value.split(/\r\n|\r|\n/).includes(marker)) throw unfit(name, `A line "${marker}" ends`)
  return `${name}<<${marker}\n${value}\n${marker}`
}

/** `docker run --env-file` takes a value as it is, quotes and all, up to the end of its line. */
function dockerLine(name: string, value: string): string {
  if (/[\r\n]/.test(value)) throw unfit(name, 'No line of an env file can hold')
  return `${name}=${value}`
}

function unfit(name: string, sentence: string): CordonError {
  return new CordonError('env_unfit', `${sentence} the value of ${name}.`, {
    hint: 'use `--format json`, or another value',
  })
}

/** What the definitions of launchd and of Windows have in common: both are XML. */
import { readBack } from '../base/json.ts'

/** A text as it stands between two tags. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** What we want to read in a definition again, and its init system has no place for. */
export interface Facts {
  notes: Readonly<Record<string, string>>
  logPath: string
  stop: readonly string[]
}

/** The facts as a comment, in which two hyphens may not follow each other (XML 1.0 §2.5). */
export function factsComment({ notes, logPath, stop }: Facts): string {
  return `<!-- Installed: ${JSON.stringify({ notes, logPath, stop }).replaceAll('--', '-\\u002d')} -->`
}

/** The facts of a definition; none in a text of somebody else. */
export function factsIn(text: string): Facts | undefined {
  const [, facts = ''] = /^<!-- Installed: (\{.*\}) -->$/m.exec(text) ?? []
  return readBack<Facts>(facts)
}

/** Edits inside the braces of an inline table. */
import type { AST } from 'toml-eslint-parser'
import { keyText, type TomlValue, valueText } from './toml-value.ts'

/** Adds a key behind the last one. In empty braces the white space goes to both sides, so that `removeFromInline` finds it again. */
export function addToInline(
  text: string,
  table: AST.TOMLInlineTable,
  keys: readonly string[],
  value: TomlValue,
): string {
  const pair = `${keyText(keys)} = ${valueText(value)}`
  const last = table.body.at(-1)
  if (last) return `${text.slice(0, last.range[1])}, ${pair}${text.slice(last.range[1])}`
  const [open, close] = [table.range[0] + 1, table.range[1] - 1]
  const space = text.slice(open, close)
  return `${text.slice(0, open)}${space}${pair}${space}${text.slice(close)}`
}

/** Takes a key away, and the comma that set it apart. */
export function removeFromInline(text: string, table: AST.TOMLInlineTable, key: AST.TOMLKeyValue): string {
  const index = table.body.indexOf(key)
  const previous = table.body[index - 1]
  if (previous) return text.slice(0, previous.range[1]) + text.slice(key.range[1])
  const next = table.body[index + 1]
  if (next) return text.slice(0, key.range[0]) + text.slice(next.range[0])
  const [open, close] = [table.range[0] + 1, table.range[1] - 1]
  const before = text.slice(open, key.range[0])
  // TOML 1.1 allows a comma after the last key; alone it would be a fault.
  const after = text.slice(key.range[1], close).replace(/^\s*,/, '')
  return text.slice(0, open) + (before === after ? before : before + after) + text.slice(close)
}

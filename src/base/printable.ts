/**
 * A text of somebody else's on its way to a terminal, which acts on control characters: names of folders, accounts and hosts
 * may hold any. They are shown as their escapes (`\u001b`), and so are the letters that turn the direction of writing. Line
 * breaks, tabs and our own colours (SGR, ECMA-48 §8.3.117) stay.
 */
export function printable(text: string): string {
  return text.replace(acted, (letter) =>
    letter.length > 1 ? letter : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const acted = /\r\n|\x1b\[[\d;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

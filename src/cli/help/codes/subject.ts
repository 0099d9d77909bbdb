/** A code and its meaning: sentences of the page, with what mends it where the hint does not say it. */
export type Meanings = Readonly<Record<string, string>>

/** Codes that are about one thing, by where they come up. */
export interface Subject {
  heading: string
  introduction: string
  /** In an answer of the proxy alone. */
  wire?: Meanings
  /** At the end of a command alone. */
  command?: Meanings
  /** In either. */
  both?: Meanings
  /** As a part of another error. */
  inside?: Meanings
}

/**
 * What every error code means, told once. docs/errors.md is made of it, together with the sentences and hints that stand
 * where the errors are thrown; `npm run reference` writes the page, and `cordon help CODE` prints its paragraph.
 */
import { machineCodes } from './machine.ts'
import { requestCodes } from './request.ts'
import { settingsCodes } from './settings.ts'

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

/** In the order of the page. */
export const subjects: readonly Subject[] = [...requestCodes, ...settingsCodes, ...machineCodes]

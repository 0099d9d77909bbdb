/**
 * What every error code means, told once. docs/errors.md is made of it, together with the sentences and hints that stand
 * where the errors are thrown; `npm run reference` writes the page, and `cordon help CODE` prints its paragraph.
 */
import { machineCodes } from './machine.ts'
import { requestCodes } from './request.ts'
import { settingsCodes } from './settings.ts'
import type { Subject } from './subject.ts'

/** In the order of the page. */
export const subjects: readonly Subject[] = [...requestCodes, ...settingsCodes, ...machineCodes]

import { homedir } from 'node:os'
import { join } from 'node:path'
import type { IntegrationContext } from './integration.ts'

/** The home of the person. */
export const personHome = ({ env }: Pick<IntegrationContext, 'env'>): string => env['HOME'] ?? homedir()

/** A folder of that name in the project, or in the person's home, as the scope says. */
export const folderOf = (context: IntegrationContext, name: string): string =>
  join(context.scope === 'project' ? context.cwd : personHome(context), name)

import { CordonError } from '../../base/error.ts'
import type { Scope } from '../../config/scope.ts'
import { askReload } from '../../control/ask.ts'
import type { Context } from '../context.ts'

/** Lets a proxy that runs go by the change, and says so. */
export async function takeOver({ terminal }: Context, scope: Scope): Promise<void> {
  try {
    if (await askReload(scope.folder)) terminal.done('The running cordon goes by it from the next request on.')
  } catch (fault) {
    if (!(fault instanceof CordonError)) throw fault
    terminal.notice(`The running cordon could not take it over: ${fault.message}`)
  }
}

import type { Scope } from '../../config/scope.ts'
import { readPointer } from '../../control/pointer.ts'
import type { Context } from '../context.ts'

/** A running proxy read its routes when it started. */
export function noteRestart({ terminal }: Context, scope: Scope): void {
  const state = readPointer(scope.folder)
  if (state)
    terminal.notice(
      `cordon runs (process ${state.pid}) with the routes it started with: stop it and run \`cordon start\` again.`,
    )
}

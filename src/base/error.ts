/**
 * A failure that a person is meant to read. Every other exception is a bug of ours and keeps its stack.
 *
 * `code` is for machines (snake case, without the `cordon_` that the wire puts before it); `message` is one sentence in
 * the person's own names; `hint` is the command or step that mends it. None of the three ever holds a secret.
 */
export class CordonError extends Error {
  override readonly name = 'CordonError'
  readonly code: string
  readonly hint: string | undefined

  constructor(code: string, sentence: string, { hint, cause }: { hint?: string; cause?: unknown } = {}) {
    super(sentence, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
  }
}

/** Several failures told at once, such as all the faults of one file. */
export class CordonErrors extends CordonError {
  readonly all: readonly CordonError[]

  constructor(code: string, sentence: string, all: readonly CordonError[], hint?: string) {
    super(code, sentence, hint === undefined ? {} : { hint })
    this.all = all
  }
}

/** The sentence of whatever was thrown, for a `cause` that a person should see too. */
export function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The system's own code of a failed call (`ENOENT`, `ECONNREFUSED`, ...), if it has one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : undefined
}

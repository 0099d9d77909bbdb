/** So many lines are told: an hour of a busy agent, and less than a megabyte. */
const mostLines = 2000
const batchLines = 100

/**
 * The newest lines of the log, in memory, for whoever asks later; and those who read along. Lines are kept as bytes, a hundred
 * together: two thousand strings that live for two thousand requests would be moved by every collection of garbage.
 */
export class LogTail {
  readonly #batches: Buffer[] = []
  readonly #readers = new Set<(line: string) => void>()
  #held = ''
  #heldLines = 0

  push(line: string): void {
    this.#held += line
    this.#heldLines += 1
    if (this.#heldLines === batchLines) this.#close()
    for (const hear of this.#readers) hear(line)
  }

  /** At most `count` lines, the newest last. */
  last(count: number): string[] {
    const text = `${Buffer.concat(this.#batches)}${this.#held}`
    const lines = text.split(/(?<=\n)/).slice(-mostLines)
    return text === '' ? [] : lines.slice(Math.max(0, lines.length - count))
  }

  /** Hears every line from now on, until the end that is returned is called. */
  follow(hear: (line: string) => void): () => void {
    this.#readers.add(hear)
    return () => this.#readers.delete(hear)
  }

  #close(): void {
    this.#batches.push(Buffer.from(this.#held))
    if (this.#batches.length > mostLines / batchLines) this.#batches.shift()
    this.#held = ''
    this.#heldLines = 0
  }
}

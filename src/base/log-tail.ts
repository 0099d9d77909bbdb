/** So many lines are kept: an hour of a busy agent, and less than a megabyte. */
const mostLines = 2000

/** The newest lines of the log, in memory, for whoever asks later; and those who read along. */
export class LogTail {
  /** A ring: the line `#count` lies at `#count % mostLines`, over the one that was there. */
  readonly #lines: string[] = []
  readonly #readers = new Set<(line: string) => void>()
  #count = 0

  push(line: string): void {
    this.#lines[this.#count % mostLines] = line
    this.#count += 1
    for (const hear of this.#readers) hear(line)
  }

  /** At most `count` lines, the newest last. */
  last(count: number): string[] {
    const begin = this.#count % mostLines
    const inOrder =
      this.#count > mostLines ? [...this.#lines.slice(begin), ...this.#lines.slice(0, begin)] : this.#lines
    return inOrder.slice(Math.max(0, inOrder.length - count))
  }

  /** Hears every line from now on, until the end that is returned is called. */
  follow(hear: (line: string) => void): () => void {
    this.#readers.add(hear)
    return () => this.#readers.delete(hear)
  }
}

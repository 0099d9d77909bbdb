/** Counts what is under way, tells when nothing is, and lets what is written in one turn of the event loop leave together. */
export class UnderWay {
  #count = 0
  #held = 0
  #atRest: (() => void)[] = []
  #writes: (() => void)[] = []

  get count(): number {
    return this.#count
  }

  begin(): void {
    this.#count += 1
  }

  end(): void {
    this.#count -= 1
    this.#tell()
  }

  /** A stop waits for it too, but it is not counted: the answer is there and its last bytes are not written. */
  hold(): void {
    this.#held += 1
  }

  release(): void {
    this.#held -= 1
    this.#tell()
  }

  /**
   * Does a write to a client: now, where it is the only one under way, else at the turn's end with those of the others. A
   * write that wakes its reader costs several times what one to a reader that is awake does, and spread over a turn
   * each of them wakes it anew.
   */
  writeTogether(write: () => void): void {
    if (this.#count <= 1) return write()
    if (this.#writes.push(write) === 1) setImmediate(() => this.#writeAll())
  }

  /** Resolves at once when nothing is under way. */
  rest(): Promise<void> {
    return this.#isAtRest() ? Promise.resolve() : new Promise((done) => this.#atRest.push(done))
  }

  #writeAll(): void {
    for (const write of this.#writes.splice(0)) write()
    this.#tell()
  }

  #tell(): void {
    if (this.#isAtRest()) for (const tell of this.#atRest.splice(0)) tell()
  }

  #isAtRest(): boolean {
    return this.#count === 0 && this.#held === 0 && this.#writes.length === 0
  }
}

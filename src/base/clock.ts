/** The time, handed in wherever an expiry is decided, so that a test can turn it. Milliseconds since the epoch. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Holds the whole process up for a while. For commands that wait for another program, and never for the way of a request. */
export function holdUp(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** The time, handed in wherever an expiry is decided, so that a test can turn it. Milliseconds since the epoch. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/**
 * What `look` sees, looked at once in a turn of the event loop: whatever came in together is told the same, and a call to
 * the system is paid once for all of it. What `look` throws is not remembered.
 */
export function oncePerTurn<T>(look: () => T): () => T {
  let seen: { value: T } | undefined
  const forget = () => {
    seen = undefined
  }
  return () => {
    if (!seen) {
      seen = { value: look() }
      setImmediate(forget)
    }
    return seen.value
  }
}

/** The value of a JSON text of ours, as `T`; undefined where somebody has edited it and it is JSON no more. */
export function readBack<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

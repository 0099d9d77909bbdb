import { distance } from 'fastest-levenshtein'

/** The word that was probably meant: at most one letter in three is another. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const [best] = choices
    .map((choice) => ({ choice, far: distance(word.toLowerCase(), choice.toLowerCase()) }))
    .sort((one, other) => one.far - other.far)
  return best && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.choice : undefined
}

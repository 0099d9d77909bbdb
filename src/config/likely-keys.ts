/**
 * The variables that look like real keys. Only their names leave this file, sorted: by the shapes that vendors give their keys, and
 * by names that say so where the value is too random to be a word.
 */
export function likelyKeys(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name, value]) => isLikelyKey(name, value))
    .map(([name]) => name)
    .sort()
}

function isLikelyKey(name: string, value: string): boolean {
  if (value.includes('cordon-placeholder')) return false
  if (shapes.some((shape) => shape.test(value))) return true
  return /(^|_)(TOKEN|API_?KEY|SECRET|SECRET_KEY|ACCESS_KEY|PASSWORD|CREDENTIALS?|PAT)$/i.test(name) && isRandom(value)
}

const shapes = [
  /^sk-[\w-]{16,}$/, // OpenAI, Anthropic, OpenRouter, DeepSeek
  /^(gh[opsur]_|github_pat_)\w{16,}$/,
  /^glpat-[\w-]{16,}$/,
  /^(AKIA|ASIA)[A-Z\d]{16}$/,
  /^AIza[\w-]{30,}$/,
  /^xox[abeoprs]-[\w-]{10,}$/,
  /^(sk|rk)_(live|test)_\w{16,}$/, // Stripe
  /^(npm_|pypi-|hf_|gsk_|xai-|dop_v1_)[\w-]{16,}$/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

const leastLetters = 16
const leastBits = 3

/** Shannon entropy by letter: 16 hex digits at random have about 3.3 bits, `changeme-changeme` has 2.8. */
function isRandom(value: string): boolean {
  if (value.length < leastLetters || /\s/.test(value)) return false
  const counts = [...Map.groupBy(value, (letter) => letter).values()].map(({ length }) => length / value.length)
  return /\d/.test(value) && counts.reduce((sum, share) => sum - share * Math.log2(share), 0) >= leastBits
}

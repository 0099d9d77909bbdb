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
  return nameOfKey.test(name) && isRandom(value) && !isPath(value)
}

const nameOfKey =
  /(^|_)(((ACCESS|AUTH|REFRESH|SESSION)_?)?TOKEN|(API|ACCESS|SECRET|PRIVATE|SIGNING|ENCRYPTION)_?KEY|SECRET|(PG)?PASSWORD|PASSWD|MYSQL_PWD|CREDENTIALS?|PAT)$/i

/** Whole values, or words of one, such as a login in JSON. */
const shapes = [
  /(?<![\w-])sk-(?=[\w-]*\d)[\w-]{16,}/, // OpenAI, Anthropic, OpenRouter, DeepSeek
  /(?<!\w)(gh[opsur]_|github_pat_)\w{16,}/,
  /(?<!\w)glpat-[\w-]{16,}/,
  /(?<!\w)(AKIA|ASIA)[A-Z\d]{16}(?!\w)/,
  /(?<!\w)AIza[\w-]{30,}/,
  /(?<!\w)xox[abeoprs]-[\w-]{10,}/,
  /(?<!\w)((sk|rk)_(live|test)|whsec)_\w{16,}/, // Stripe
  /(?<!\w)(npm_|pypi-|hf_|gsk_|xai-|dop_v1_|crsr_)(?=[\w-]*\d)[\w-]{16,}/,
  /(?<!\w)eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, // a signed token (RFC 7519)
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^[a-z][a-z\d+.-]*:\/\/[^\s/:@]*:[^\s/:@$]{3,}@[^\s/@]/i, // a URL with a password
  /^https:\/\/hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+$/,
  /"auth"\s*:\s*"[\w+/=]{12,}"/, // a login of Docker
]

const leastLetters = 16
const leastBits = 3

/** Shannon entropy by letter: 16 hex digits at random have about 3.3 bits, `changeme-changeme` has 2.8. */
function isRandom(value: string): boolean {
  if (value.length < leastLetters || /\s/.test(value)) return false
  const counts = [...Map.groupBy(value, (letter) => letter).values()].map(({ length }) => length / value.length)
  return /\d/.test(value) && counts.reduce((sum, share) => sum - share * Math.log2(share), 0) >= leastBits
}

/** Where a key lies, which is none: `/home/sam/key-2024.json`, `C:\\keys\\one.json`. */
const isPath = (value: string) => /^(~|\.{1,2})?\/[^+=]*[/.]|^[a-z]:[\\/]/i.test(value)

/**
 * The shapes in which vendors tell an error, so that an agent prints our sentence where it prints theirs.
 */
import type { Host } from '../base/names.ts'

export type Vendor = 'openai' | 'anthropic' | 'google' | 'github' | 'other'

export interface Told {
  status: number
  code: string
  message: string
  blame: 'client' | 'cordon' | 'origin'
}

const vendors: readonly [Vendor, RegExp][] = [
  ['openai', /(^|\.)(openai\.com|chatgpt\.com|openai\.azure\.com|openrouter\.ai)$/],
  ['anthropic', /(^|\.)anthropic\.com$/],
  ['google', /(^|\.)googleapis\.com$/],
  ['github', /(^|\.)(github\.com|githubcopilot\.com)$/],
]

export function vendorOf(host: Host | undefined): Vendor {
  return (host !== undefined && vendors.find(([, hosts]) => hosts.test(host))?.[0]) || 'other'
}

/** The JSON content of an error; every vendor's own readers look no further than these members. */
export function vendorContent(vendor: Vendor, told: Told): string {
  return `${JSON.stringify(shapeOf(vendor, told))}\n`
}

function shapeOf(vendor: Vendor, { status, code, message, blame }: Told): object {
  switch (vendor) {
    case 'openai':
    case 'other':
      return { error: { message, type: 'cordon_error', param: null, code, blame } }
    case 'anthropic':
      return { type: 'error', error: { type: code, message, blame } }
    case 'google':
      return { error: { code: status, message, status: code.toUpperCase(), details: [{ blame }] } }
    case 'github':
      return { message, documentation_url: null, errors: [{ code, blame }] }
  }
}

/**
 * How the hosts that everybody uses want their credential, so that `cordon route add --host NAME` is enough for them.
 */
import type { Host } from '../base/names.ts'
import type { Auth } from '../policy/route.ts'

const bearer: Auth = { type: 'header', headerName: 'Authorization', scheme: 'Bearer' }
const field = (headerName: string): Auth => ({ type: 'header', headerName, scheme: undefined })

const knownHosts: Readonly<Record<string, { name: string; auth: Auth }>> = {
  'api.openai.com': { name: 'openai', auth: bearer },
  'api.anthropic.com': { name: 'anthropic', auth: field('x-api-key') },
  'generativelanguage.googleapis.com': { name: 'gemini', auth: field('x-goog-api-key') },
  'openrouter.ai': { name: 'openrouter', auth: bearer },
  'api.mistral.ai': { name: 'mistral', auth: bearer },
  'api.groq.com': { name: 'groq', auth: bearer },
  'api.deepseek.com': { name: 'deepseek', auth: bearer },
  'api.x.ai': { name: 'xai', auth: bearer },
  'api.github.com': { name: 'github-api', auth: bearer },
  'github.com': { name: 'github', auth: { type: 'basic', username: 'x-access-token' } },
  'gitlab.com': { name: 'gitlab', auth: { type: 'basic', username: 'oauth2' } },
  'registry.npmjs.org': { name: 'npm', auth: bearer },
}

export function knownHost(host: string): { name: string; auth: Auth } | undefined {
  return Object.hasOwn(knownHosts, host) ? knownHosts[host] : undefined
}

/** A name for a route: what stands before the public suffix, as a person would call it (`api.mailer.test` is `mailer`). */
export function routeNameFor(host: Host | string): string {
  const known = knownHost(host)
  if (known) return known.name
  const labels = host.replace(/^\*\./, '').split('.')
  const named = labels.length > 1 ? labels.slice(0, -1) : labels
  return named.filter((label) => !/^(api|www)$/.test(label)).at(-1) ?? host
}

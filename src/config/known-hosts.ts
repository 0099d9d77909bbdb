/**
 * How the hosts that everybody uses want their credential, so that `cordon route add --host NAME` is enough for them,
 * and where programs look for it.
 */
import type { Host } from '../base/names.ts'
import { coversHostText } from '../policy/match.ts'
import type { Auth, Route } from '../policy/route.ts'

const bearer: Auth = { type: 'header', headerName: 'Authorization', scheme: 'Bearer' }
const field = (headerName: string): Auth => ({ type: 'header', headerName, scheme: undefined })

interface KnownHost {
  name: string
  auth: Auth
  /** The variables in which programs look for the key of this host. */
  variables: readonly string[]
  /** What a key of this vendor begins with, for programs that look before they send one. */
  prefix: string
  /** The paths that take the key, where others take something that came of it; undefined means every path. */
  paths?: readonly string[]
  /** The host that is meant unless somebody names this one, which is for the keys of another region. */
  regionOf?: string
}

const host = (name: string, auth: Auth, variables: readonly string[], prefix = ''): KnownHost => ({
  name,
  auth,
  variables,
  prefix,
})

const regionOf = (meant: string, name: string, variables: readonly string[], prefix: string): KnownHost => ({
  ...host(name, bearer, variables, prefix),
  regionOf: meant,
})

const github = ['GITHUB_TOKEN', 'GH_TOKEN']
const dashscope = ['DASHSCOPE_API_KEY']
const codingPlan = ['BAILIAN_CODING_PLAN_API_KEY']

const knownHosts: Readonly<Record<string, KnownHost>> = {
  'api.openai.com': host('openai', bearer, ['OPENAI_API_KEY'], 'sk-'),
  'api.anthropic.com': host('anthropic', field('x-api-key'), ['ANTHROPIC_API_KEY'], 'sk-ant-api03-'),
  'generativelanguage.googleapis.com': host(
    'gemini',
    field('x-goog-api-key'),
    ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    'AIza',
  ),
  'openrouter.ai': host('openrouter', bearer, ['OPENROUTER_API_KEY'], 'sk-or-v1-'),
  'api.mistral.ai': host('mistral', bearer, ['MISTRAL_API_KEY']),
  'api.groq.com': host('groq', bearer, ['GROQ_API_KEY'], 'gsk_'),
  'api.deepseek.com': host('deepseek', bearer, ['DEEPSEEK_API_KEY'], 'sk-'),
  'api.x.ai': host('xai', bearer, ['XAI_API_KEY'], 'xai-'),
  // Alibaba Cloud Model Studio: each region has a host and keys of its own.
  'dashscope.aliyuncs.com': host('dashscope', bearer, dashscope, 'sk-'),
  'dashscope-intl.aliyuncs.com': regionOf('dashscope.aliyuncs.com', 'dashscope-intl', dashscope, 'sk-'),
  'dashscope-us.aliyuncs.com': regionOf('dashscope.aliyuncs.com', 'dashscope-us', dashscope, 'sk-'),
  'cn-hongkong.dashscope.aliyuncs.com': regionOf('dashscope.aliyuncs.com', 'dashscope-hongkong', dashscope, 'sk-'),
  'coding.dashscope.aliyuncs.com': host('dashscope-coding', bearer, codingPlan, 'sk-sp-'),
  'coding-intl.dashscope.aliyuncs.com': regionOf(
    'coding.dashscope.aliyuncs.com',
    'dashscope-coding-intl',
    codingPlan,
    'sk-sp-',
  ),
  // Copilot CLI takes a fine-grained token alone, and sends it to the host of the plan: api., api.individual., api.business.
  '*.githubcopilot.com': host('copilot', bearer, ['COPILOT_GITHUB_TOKEN'], 'github_pat_'),
  'api2.cursor.sh': {
    ...host('cursor', bearer, ['CURSOR_API_KEY'], 'crsr_'),
    paths: ['/auth/exchange_user_api_key'],
  },
  'api.github.com': host('github-api', bearer, github, 'ghp_'),
  'github.com': host('github', { type: 'basic', username: 'x-access-token' }, github, 'ghp_'),
  'gitlab.com': host('gitlab', { type: 'basic', username: 'oauth2' }, ['GITLAB_TOKEN'], 'glpat-'),
  'registry.npmjs.org': host('npm', bearer, ['NPM_TOKEN', 'NODE_AUTH_TOKEN'], 'npm_'),
}

/** The variables that programs take a key from, with a placeholder in each, for the hosts that these routes cover. */
export function placeholdersFor(routes: readonly Pick<Route, 'match'>[]): Record<string, string> {
  const covered = Object.entries(knownHosts).filter(([host]) =>
    routes.some(({ match }) => coversHostText(match.host, host)),
  )
  return Object.fromEntries(
    covered.flatMap(([, { variables, prefix }]) => variables.map((variable) => [variable, placeholderOf(prefix)])),
  )
}

/** What a program holds in place of a key: it has the shape of one, and nothing that it opens. */
export function placeholderOf(prefix: string): string {
  return `${prefix}cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way`
}

/** The placeholder for a variable of the table. A variable that is not in it is a bug of ours. */
export function placeholderIn(variable: string): string {
  const known = Object.values(knownHosts).find(({ variables }) => variables.includes(variable))
  if (known === undefined) throw new TypeError(`no host is known for ${variable}`)
  return placeholderOf(known.prefix)
}

/** A host that the key in a variable may be for; with `regionOf`, in place of that one. */
export interface HostOfVariable extends Preset {
  auth: Auth
  regionOf: string | undefined
}

/** The hosts that the key in a variable may be for; none where the table does not have it. */
export function hostsOfVariable(variable: string): HostOfVariable[] {
  return Object.entries(knownHosts).flatMap(([host, known]) =>
    known.variables.includes(variable)
      ? [{ ...presetOf(host, known), auth: known.auth, regionOf: known.regionOf }]
      : [],
  )
}

export function knownHost(host: string): KnownHost | undefined {
  return Object.hasOwn(knownHosts, host) ? knownHosts[host] : undefined
}

/** The host that is known by a route's name. A name that is not in the table is a bug of ours. */
export function presetRoute(name: string): Preset {
  const found = Object.entries(knownHosts).find(([, known]) => known.name === name)
  if (found === undefined) throw new TypeError(`no host is known as ${name}`)
  return presetOf(...found)
}

/** What a route to a known host says, besides its credential. */
export interface Preset {
  name: string
  host: string
  paths?: string[]
}

const presetOf = (host: string, { name, paths }: KnownHost): Preset => ({
  name,
  host,
  ...(paths && { paths: [...paths] }),
})

/** A name for a route: what stands before the public suffix, as a person would call it (`api.mailer.test` is `mailer`). */
export function routeNameFor(host: Host | string): string {
  const known = knownHost(host)
  if (known) return known.name
  const labels = host.replace(/^\*\./, '').split('.')
  const named = labels.length > 1 ? labels.slice(0, -1) : labels
  return named.filter((label) => !/^(api|www)$/.test(label)).at(-1) ?? host
}

import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { readIfThere } from '../../base/file.ts'
import type { Config } from '../../config/config.ts'
import { addRoute, scaffold } from '../../config/edit.ts'
import { knownHost } from '../../config/known-hosts.ts'
import { parseConfig } from '../../config/load.ts'
import type { Scope } from '../../config/scope.ts'
import type { AgentRoute, Integration, IntegrationContext } from '../../integrations/integration.ts'
import { coversHostText } from '../../policy/match.ts'
import { chooseSource } from '../../secrets/sources.ts'
import { type Context, sourcesIn } from '../context.ts'
import { placeFrom } from '../route/options.ts'
import { agentContextOf } from './agent.ts'

/** What cordon.toml says now, and what it is to say. */
export interface ConfigDraft {
  before: string | undefined
  after: string
  config: Config
  addedRoutes: string[]
  /** Where the secrets of the added routes go, and why there. */
  why: string | undefined
}

/** The configuration with the routes that the agents need; routes that are there already, under whatever name, are left as they are. */
export async function draftConfig(
  context: Context,
  scope: Scope,
  agents: readonly Integration[],
): Promise<ConfigDraft> {
  const before = readIfThere(scope.configPath)
  const start = before ?? scaffold(await choosePort(scope))
  const config = parseConfig(start, scope.configPath)
  const wanted = wantedRoutes(agents, config, agentContextOf(context, scope, {}))
  if (wanted.length === 0) return { before, after: start, config, addedRoutes: [], why: undefined }
  const secrets = new Set(wanted.map(({ account }) => account)).size
  const { source, why } = await chooseSource(
    await sourcesIn(context, scope),
    secrets > 1 ? 'Their secrets go' : wanted.length > 1 ? 'Their secret goes' : 'Its secret goes',
  )
  const after = wanted.reduce((text, { name, host, paths, account }) => {
    const auth = knownHost(host)?.auth ?? { type: 'header', headerName: 'Authorization', scheme: 'Bearer' }
    return addRoute(text, {
      name,
      host,
      auth,
      secret: placeFrom({}, source, account),
      ...(paths && { paths: [...paths] }),
    })
  }, start)
  return {
    before,
    after,
    config: parseConfig(after, scope.configPath),
    addedRoutes: wanted.map(({ name }) => name),
    why,
  }
}

/** The routes that are missing, each once; those of one agent share a secret, which has the name of the first. */
function wantedRoutes(agents: readonly Integration[], config: Config, agentContext: IntegrationContext) {
  const routes = agents.flatMap((agent) => {
    const needed = agent.routes(agentContext)
    return needed.map((route) => ({ ...route, account: needed[0]?.name ?? '' }))
  })
  const missing = routes.filter((route) => !isCovered(route, config))
  return [...new Map(missing.map((route) => [route.name, route])).values()]
}

function isCovered({ host, name }: AgentRoute, { routes }: Config): boolean {
  return routes.some((route) => route.name === name || coversHostText(route.match.host, host))
}

/** The user's own cordon listens on 6790; a project's port follows from its folder, so that many can run side by side. */
async function choosePort({ kind, name }: Scope): Promise<number> {
  const first = kind === 'user' ? 6790 : 20_000 + (createHash('sha256').update(name).digest().readUInt16BE(0) % 10_000)
  for (let port = first; port < first + 100; port++) if (await isFree(port)) return port
  return first
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => done(true)))
  })
}

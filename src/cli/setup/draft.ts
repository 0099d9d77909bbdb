import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { readIfThere } from '../../base/file.ts'
import { parseHost } from '../../base/names.ts'
import { addRoute, scaffold } from '../../config/edit.ts'
import { knownHost } from '../../config/known-hosts.ts'
import { type Config, parseConfig } from '../../config/load.ts'
import type { Scope } from '../../config/scope.ts'
import type { AgentRoute, Integration } from '../../integrations/integration.ts'
import { coversHost } from '../../policy/match.ts'
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

/** The configuration with the routes that the agent needs; routes that are there already, under whatever name, are left as they are. */
export async function draftConfig(
  context: Context,
  scope: Scope,
  agent: Integration | undefined,
): Promise<ConfigDraft> {
  const before = readIfThere(scope.configPath)
  const start = before ?? scaffold(await choosePort(scope))
  const config = parseConfig(start, scope.configPath)
  const needed = agent?.routes(agentContextOf(context, scope, {})) ?? []
  const wanted = needed.filter((route) => !isCovered(route, config))
  if (wanted.length === 0) return { before, after: start, config, addedRoutes: [], why: undefined }
  const { source, why } = await chooseSource(
    await sourcesIn(context, scope),
    wanted.length === 1 ? 'Its secret goes' : 'Their secret goes',
  )
  const account = needed[0]?.name ?? ''
  const after = wanted.reduce((text, { name, host, paths }) => {
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

function isCovered({ host, name }: AgentRoute, { routes }: Config): boolean {
  const parsed = parseHost(host)
  return routes.some((route) => route.name === name || (parsed !== undefined && coversHost(route.match.host, parsed)))
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

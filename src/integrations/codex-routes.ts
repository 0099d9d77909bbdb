import { loginOf } from './codex-auth.ts'
import { openHome } from './codex-home.ts'
import type { AgentRoute, IntegrationContext } from './integration.ts'

const responses: AgentRoute = { name: 'openai', host: 'api.openai.com' }

/** The list of models, which Codex asks of another host. The path is all that may get the key there. */
const models: AgentRoute = { name: 'openai-models', host: 'chatgpt.com', paths: ['/backend-api/codex/models'] }

/** The two places that Codex sends its API key to. A ChatGPT login asks for the models with a token of its own. */
export function codexRoutes(context: IntegrationContext): readonly AgentRoute[] {
  const { auth } = openHome(context)
  return loginOf(auth.text, auth.path).kind === 'chatgpt' ? [responses] : [responses, models]
}

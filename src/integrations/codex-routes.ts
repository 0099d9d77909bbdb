import type { AgentRoute } from './integration.ts'

/**
 * Codex sends its API key to two places: the Responses API, and the list of models, which it asks of another host. There
 * the path is all that may get the key: the rest of that host belongs to ChatGPT logins.
 */
export const codexRoutes: readonly AgentRoute[] = [
  { name: 'openai', host: 'api.openai.com' },
  { name: 'openai-models', host: 'chatgpt.com', paths: ['/backend-api/codex/models'] },
]

import { join } from 'node:path'
import type { IntegrationContext } from './integration.ts'
import type { Edit } from './settings.ts'

/** What an agent should know about cordon, as a skill below its folder of skills: told in its own context when it meets a question about credentials. */
export const skillIn = (folder: string, context: IntegrationContext): Edit => ({
  kind: 'whole',
  path: join(folder, 'cordon', 'SKILL.md'),
  text: skillText(context),
})

const skillText = ({ self: { options } }: IntegrationContext): string => `---
name: cordon
description: How requests of this machine get their credentials. Use it when an API answers 401, 403 or 407, when an error begins with "cordon:", or when a task asks for an API key or token.
---

# cordon

A local proxy named cordon puts real credentials into requests on their way. The keys that you can see here are
placeholders, on purpose: you never need a real one, and must not ask the person to paste one into a chat or a file.

- Send requests as usual, with the placeholder or without any credential. HTTPS_PROXY leads them through cordon.
- \`cordon route list${options}\` tells which hosts get a credential. For another host the person runs
  \`cordon route add --host HOST${options}\` and \`cordon secret set NAME${options}\`.
- An error that begins with "cordon:" ends with the command that mends it. Tell the person that command.
- \`cordon doctor${options}\` says what is wrong, and \`cordon start${options}\` starts a proxy that does not run.
- Do not unset the proxy variables or the CA variables to get around an error: the placeholder is worthless elsewhere.
`

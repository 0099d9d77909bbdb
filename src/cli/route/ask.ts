import { parseHost, parseRouteName } from '../../base/names.ts'
import { knownHost, routeNameFor } from '../../config/known-hosts.ts'
import type { Terminal } from '../terminal.ts'
import type { RouteFlags } from './options.ts'

/** Asks a person for what the flags would have said. */
export async function askRoute<Known extends RouteFlags>(
  terminal: Terminal,
  known: Known,
): Promise<Known & RouteFlags> {
  const host = await terminal.ask({
    text: 'Host (such as api.openai.com, or *.example.com):',
    check: (text) =>
      parseHost(text.replace(/^\*\./, '')) ? undefined : 'a host name, without https:// and without a path',
  })
  const name = await terminal.ask({
    text: 'Name of the route:',
    initial: routeNameFor(host),
    check: (text) => (parseRouteName(text) ? undefined : 'letters, digits, ".", "_" and "-"'),
  })
  const auth = knownHost(host) ? {} : await askAuth(terminal)
  const source = await terminal.ask({
    text: 'Where does the secret lie?',
    choices: [
      { value: 'auto', name: 'the system keyring where one opens, else an encrypted file' },
      { value: 'keyring', name: 'the system keyring' },
      { value: 'age', name: 'the encrypted file (age)' },
    ],
  })
  const account = await terminal.ask({ text: 'Its name in that store:', initial: name })
  return { ...known, host, name, ...auth, account, ...((source === 'keyring' || source === 'age') && { source }) }
}

async function askAuth(terminal: Terminal): Promise<RouteFlags> {
  const kind = await terminal.ask({
    text: 'How does the origin want it?',
    choices: [
      { value: 'bearer', name: 'Authorization: Bearer <secret>' },
      { value: 'header', name: 'another header field' },
      { value: 'basic', name: 'user name and password (Basic)' },
    ],
  })
  const needed = (text: string) => (text.trim() === '' ? 'it is needed' : undefined)
  if (kind === 'bearer') return { authType: 'header', headerName: 'Authorization', scheme: 'Bearer' }
  if (kind === 'basic')
    return { authType: 'basic', username: await terminal.ask({ text: 'User name:', check: needed }) }
  return { authType: 'header', headerName: await terminal.ask({ text: 'Name of the field:', check: needed }) }
}

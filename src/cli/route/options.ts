import type { Command } from 'commander'
import { CordonError, CordonErrors } from '../../base/error.ts'
import { parsePort } from '../../base/names.ts'
import type { RouteDraft } from '../../config/edit.ts'
import { knownHost } from '../../config/known-hosts.ts'
import type { Auth } from '../../policy/route.ts'
import type { SecretPlace } from '../../secrets/source.ts'
import { listed } from '../arguments.ts'
import { shownWord } from '../word.ts'

/** The flags of a route, as `add` and `edit` take them. */
export interface RouteFlags {
  host?: string
  name?: string
  port?: string[]
  path?: string[]
  method?: string[]
  authType?: 'header' | 'basic'
  headerName?: string
  scheme?: string
  username?: string
  source?: 'keyring' | 'age'
  account?: string
  service?: string
  decode?: 'go-keyring'
  store?: 'kernel'
  connectTo?: string
  allowCleartext?: boolean
}

export function withRouteFlags(command: Command): Command {
  return command
    .option('--host <host>', 'the host to match, or "*.example.com"')
    .option('--port <port>', 'the port to match, 443 when not given; repeat it for more', listed)
    .option('--path <prefix>', 'only below this path; repeat it for more', listed)
    .option('--method <method>', 'only this method; repeat it for more', listed)
    .option('--auth-type <type>', 'header or basic')
    .option('--header-name <name>', 'the field that carries the secret (auth type header)')
    .option('--scheme <scheme>', 'what stands before the secret, such as Bearer (auth type header)')
    .option('--username <name>', 'the user name (auth type basic)')
    .option('--source <source>', 'keyring or age; the keyring where one opens, when not given')
    .option('--account <account>', "the secret's name in its store, the route's name when not given")
    .option('--service <service>', 'the service in the keyring, cordon when not given')
    .option('--decode <form>', 'go-keyring, for values that gh and other Go programs stored')
    .option('--store <store>', 'kernel, for the kernel keyring of Linux, which forgets at reboot')
    .option('--connect-to <host:port>', 'where the origin really is')
    .option('--allow-cleartext', 'put the secret into plain-HTTP requests too, for an origin on loopback')
}

/** How the credential is written, from the flags and from what is known of the host. Throws `usage` naming what is missing. */
export function authFrom(flags: RouteFlags, host: string): Auth {
  const type =
    flags.authType ?? (flags.username !== undefined ? 'basic' : flags.headerName !== undefined ? 'header' : undefined)
  const known = knownHost(host)?.auth
  if (type === undefined && flags.scheme === undefined && known) return known
  switch (type) {
    case 'basic':
      if (flags.username === undefined) throw missing('--username', 'the auth type basic')
      refuseOthers(flags, ['headerName', 'scheme'], 'basic')
      return { type: 'basic', username: flags.username }
    case 'header': {
      refuseOthers(flags, ['username'], 'header')
      if (flags.headerName === undefined && flags.scheme === undefined)
        throw missing('--header-name', 'the auth type header')
      return { type: 'header', headerName: flags.headerName ?? 'Authorization', scheme: flags.scheme }
    }
    case undefined:
      if (flags.scheme !== undefined) return { type: 'header', headerName: 'Authorization', scheme: flags.scheme }
      throw missing('--auth-type', `the host ${shownWord(host)}, which cordon does not know`)
    default:
      throw new CordonError('usage', `"${shownWord(type)}" is no auth type.`, {
        hint: 'use `--auth-type header` or `--auth-type basic`',
      })
  }
}

function refuseOthers(flags: RouteFlags, names: readonly ('headerName' | 'scheme' | 'username')[], type: string): void {
  const hint = `to have the other type, give \`--auth-type ${type === 'basic' ? 'header' : 'basic'}\``
  refuseGiven(flags, names, `the auth type ${type}`, hint)
}

/** What only one kind of thing has is not taken for the other, nor silently left out. */
function refuseGiven(flags: RouteFlags, names: readonly (keyof RouteFlags)[], what: string, hint: string): void {
  const given = names.find((name) => flags[name] !== undefined)
  if (given === undefined) return
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new CordonError('usage', `--${flag} does not go with ${what}.`, { hint })
}

/** Where the secret lies, from the flags, and from what `before` says where a route has it already. Throws `usage`. */
export function placeFrom(
  typed: RouteFlags,
  source: 'keyring' | 'age',
  name: string,
  before: RouteFlags = {},
): SecretPlace {
  const flags = { ...before, ...typed }
  const account = flags.account ?? name
  if (source === 'age')
    refuseGiven(typed, ['service', 'decode', 'store'], 'the source age', 'to have the keyring, give `--source keyring`')
  switch (source) {
    case 'age':
      return { source, account }
    case 'keyring':
      return {
        source,
        account,
        service: flags.service ?? 'cordon',
        ...(flags.decode && { decode: flags.decode }),
        ...(flags.store && { store: flags.store }),
      }
  }
}

/** The flags that are neither credential nor secret. */
export function matchFrom(
  flags: RouteFlags,
): Pick<RouteDraft, 'ports' | 'paths' | 'methods' | 'connectTo' | 'allowCleartext'> {
  return {
    ...(flags.port && { ports: flags.port.map(portFrom) }),
    ...(flags.path && { paths: flags.path }),
    ...(flags.method && { methods: flags.method.map((method) => method.toUpperCase()) }),
    ...(flags.connectTo !== undefined && { connectTo: flags.connectTo }),
    ...(flags.allowCleartext !== undefined && { allowCleartext: flags.allowCleartext }),
  }
}

function portFrom(text: string): number {
  const port = parsePort(text)
  if (port === undefined)
    throw new CordonError('usage', `"${shownWord(text)}" is no port number.`, {
      hint: 'give a number from 1 to 65535',
    })
  return port
}

export function sourceFlag(text: string | undefined): 'keyring' | 'age' | undefined {
  if (text === undefined || text === 'keyring' || text === 'age') return text
  throw new CordonError('usage', `"${shownWord(text)}" is no secret source.`, {
    hint: 'use `--source keyring` or `--source age`',
  })
}

export function missing(flag: string, what: string): CordonError {
  return new CordonError('usage', `${flag} is missing: it is needed for ${what}.`, {
    hint: 'see `cordon route add --help`, or run it without flags on a terminal to be asked',
  })
}

/** Does what the flags ask for. A `cordon.toml` that they would make faulty is a fault of the flags (`usage`), not of the file. */
export function byFlags<T>(change: () => T): T {
  try {
    return change()
  } catch (cause) {
    if (!(cause instanceof CordonErrors) || cause.code !== 'config_faulty') throw cause
    throw new CordonErrors('usage', 'These flags would make cordon.toml faulty, so nothing was changed.', cause.all)
  }
}

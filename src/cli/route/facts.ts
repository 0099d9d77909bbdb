import { hostText } from '../../policy/match.ts'
import type { CredentialRoute } from '../../proxy/proxy.ts'

/** A route as `--json` prints it, in the words of the file. */
export function routeFacts({ name, match, auth, secret, connectTo, allowCleartext }: CredentialRoute): object {
  return {
    name,
    match: { host: hostText(match.host), port: match.ports, paths: match.paths, methods: match.methods },
    auth:
      auth.type === 'header'
        ? { type: auth.type, header_name: auth.headerName, scheme: auth.scheme }
        : { type: auth.type, username: auth.username },
    secret,
    connect_to: connectTo && `${connectTo.host}:${connectTo.port}`,
    allow_cleartext: allowCleartext,
  }
}

/** Host, ports and limits, as a person reads them. */
export function scopeText({ match: { host, ports, paths, methods } }: CredentialRoute): string {
  const where = ports.length === 1 && ports[0] === 443 ? hostText(host) : `${hostText(host)}:${ports.join(',')}`
  return [where, paths && `below ${paths.join(', ')}`, methods && `${methods.join(', ')} only`]
    .filter(Boolean)
    .join(', ')
}

/** What the origin gets to see, with the secret as a word. */
export function credentialText({ auth }: CredentialRoute): string {
  if (auth.type === 'basic') return `Authorization: Basic ${auth.username}:[secret]`
  return `${auth.headerName}: ${auth.scheme === undefined ? '' : `${auth.scheme} `}[secret]`
}

export function placeText({ secret }: Pick<CredentialRoute, 'secret'>): string {
  if (secret.source === 'age') return `age "${secret.account}"`
  const service = secret.service === 'cordon' ? '' : ` of ${secret.service}`
  return `keyring "${secret.account}"${service}${secret.store ? ' (kernel)' : ''}`
}

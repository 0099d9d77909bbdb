/** Every key of `cordon.toml`, with the sentence that the documentation shows for it. */
import * as z from 'zod'
import type { Auth, Route } from '../policy/route.ts'
import type { SecretPlace } from '../secrets/source.ts'
import {
  exception,
  filePath,
  headerName,
  hostPattern,
  hostPort,
  leaf,
  method,
  networkEntry,
  notEmpty,
  pathPrefix,
  proxyUrl,
  routeName,
  scheme,
  username,
} from './schema-leaf.ts'

const port = z.int().min(1).max(65_535).meta({ title: 'port' })
/** A number in the file is a time. */
const seconds = (from: number, to: number) => z.number().min(from).max(to).meta({ title: 'seconds' })

const keyringSecret = z.strictObject({
  source: z.literal('keyring').describe('Where the secret lies: "keyring" is the keyring of the operating system.'),
  account: leaf(notEmpty, 'text').describe('The name of the secret in its store.'),
  service: leaf(notEmpty, 'text')
    .prefault('cordon')
    .describe('The service in the keyring that the account belongs to.'),
  decode: z
    .enum(['go-keyring'])
    .optional()
    .describe('How the value is wrapped: "go-keyring" unwraps what that library stored.'),
  store: z
    .enum(['kernel'])
    .optional()
    .describe('Linux: "kernel" is the keyring of the kernel, which is empty after a reboot.'),
})

const ageSecret = z.strictObject({
  source: z
    .literal('age')
    .describe('Where the secret lies: "age" is the encrypted file beside the configuration of cordon.'),
  account: leaf(notEmpty, 'text').describe('The name of the secret in its store.'),
})

const secret = z
  .discriminatedUnion('source', [keyringSecret, ageSecret])
  .describe('Where the real credential lies; never the credential itself.')

const headerAuth = z
  .strictObject({
    type: z.literal('header').describe('"header" writes the secret into a field of the request.'),
    header_name: leaf(headerName, 'field name').describe(
      'The field that carries the secret, such as "Authorization" or "x-api-key".',
    ),
    scheme: leaf(scheme, 'word')
      .optional()
      .describe('The word before the secret, such as "Bearer"; required for "Authorization".'),
    secret,
  })
  .refine(({ header_name, scheme }) => scheme !== undefined || !/^authorization$/i.test(String(header_name)), {
    path: ['scheme'],
    error: 'is required when header_name is "Authorization"; most origins want "Bearer"',
    // Told together with the other faults of the table, not only when those are mended.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })

const basicAuth = z.strictObject({
  type: z.literal('basic').describe('"basic" writes a user name and the secret as HTTP Basic (RFC 7617).'),
  username: leaf(username, 'text without `:`').describe(
    'The user name before the secret; git hosts take "x-access-token" or any.',
  ),
  secret,
})

const match = z.strictObject({
  host: leaf(hostPattern, 'host').describe(
    'The host of the origin: one name or address, or "*.example.com" for every name below example.com.',
  ),
  port: z
    .union([port, z.array(port).min(1)])
    .transform((ports) => [...new Set([ports].flat())])
    .prefault(443)
    .describe('The port of the origin, or a list of ports.'),
  paths: z
    .array(leaf(pathPrefix, 'path'))
    .min(1)
    .optional()
    .describe(
      'Path prefixes that end at a segment border: "/v1" covers "/v1/models" and not "/v10". Without it, every path.',
    ),
  methods: z
    .array(leaf(method, 'method'))
    .min(1)
    .optional()
    .describe('The methods that get the credential. Without it, every method.'),
})

export const routeSchema = z
  .strictObject({
    name: leaf(routeName, 'name').describe('The name of the route in commands and in the log.'),
    match: match.describe('The requests that get the credential.'),
    auth: z
      .discriminatedUnion('type', [headerAuth, basicAuth])
      .describe('How the credential is written into the request.'),
    connect_to: leaf(hostPort, '`"host:port"`')
      .optional()
      .describe('"host:port" where the origin really is; its certificate is still verified for the host of the route.'),
    allow_cleartext: z
      .boolean()
      .prefault(false)
      .describe('Whether plain HTTP may carry the credential too; for origins on loopback only.'),
  })
  .transform(
    ({ name, match, auth, connect_to, allow_cleartext }): Route<SecretPlace> => ({
      name,
      match: { host: match.host, ports: match.port, paths: match.paths, methods: match.methods },
      auth: authOf(auth),
      secret: auth.secret,
      connectTo: connect_to,
      allowCleartext: allow_cleartext,
    }),
  )

function authOf(auth: z.output<typeof headerAuth> | z.output<typeof basicAuth>): Auth {
  switch (auth.type) {
    case 'header':
      return { type: 'header', headerName: auth.header_name, scheme: auth.scheme }
    case 'basic':
      return { type: 'basic', username: auth.username }
  }
}

const tls = z.strictObject({
  enabled: z.boolean().prefault(true).describe('Whether cordon terminates TLS for the hosts of the routes.'),
  ca_cert_path: leaf(filePath, 'path')
    .optional()
    .describe('The certificate of the CA (PEM). Without it, the one that `cordon setup` made.'),
  ca_key_path: leaf(filePath, 'path')
    .optional()
    .describe('The private key of the CA (PEM). Without it, the one that `cordon setup` made.'),
  trust: z.array(leaf(filePath, 'path')).prefault([]).describe('PEM files of further CAs that may vouch for origins.'),
})

const network = z.strictObject({
  allow: z
    .array(leaf(networkEntry, 'host or range'))
    .prefault([])
    .describe('Private hosts that may be reached without a route: names, "*.example.com", addresses, ranges.'),
  proxy: leaf(proxyUrl, 'URL')
    .optional()
    .describe(
      'The HTTP proxy that leads to the Internet. Without it, that of HTTPS_PROXY where cordon starts, if any.',
    ),
  proxy_auth: z
    .strictObject({
      username: leaf(username, 'text without `:`').describe(
        'The user name that the proxy is told, as HTTP Basic (RFC 7617).',
      ),
      secret,
    })
    .optional()
    .describe('The user name and the password that the proxy wants.'),
  no_proxy: z
    .array(leaf(exception, 'host or range'))
    .prefault([])
    .describe(
      'What is reached without that proxy: "example.com" with all below it, ".example.com", addresses, ranges, or "*".',
    ),
  connect_timeout: seconds(0.05, 300)
    .prefault(10)
    .describe('Seconds that a connection to an origin may take, with its name resolved and its TLS handshake done.'),
  idle_timeout: seconds(1, 86_400)
    .optional()
    .describe('Seconds without a byte after which a tunnel to a host without a route is closed. Without it, never.'),
})

const secrets = z.strictObject({
  timeout: seconds(0.05, 300).prefault(10).describe('Seconds that a secret store may take to answer.'),
})

export const configSchema = z.strictObject({
  listen: port.describe('The port of 127.0.0.1 where cordon listens.'),
  tls: tls.prefault({}).describe('The certificates that cordon shows and trusts.'),
  routes: z
    .array(routeSchema)
    .prefault([])
    .describe('The origins whose requests get a credential; the first that covers a request takes it.'),
  network: network.prefault({}).describe('How origins are reached, and what requests without a route may reach.'),
  secrets: secrets.prefault({}).describe('How secrets are fetched.'),
})

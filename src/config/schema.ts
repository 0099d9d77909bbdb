/** Every key of `cordon.toml`, with the sentence that the documentation shows for it. */
import * as z from 'zod/mini'
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

// A command parses one file, once: functions made for this schema would take longer to make than they save.
z.config({ jitless: true })

const port = z.int().check(z.gte(1), z.lte(65_535), z.meta({ title: 'port' }))
/** A number in the file is a time. */
const seconds = (from: number, to: number) => z.number().check(z.gte(from), z.lte(to), z.meta({ title: 'seconds' }))
/** The sentence of the documentation. */
const told = z.describe

const keyringSecret = z.strictObject({
  source: z.literal('keyring').check(told('Where the secret lies: "keyring" is the keyring of the operating system.')),
  account: leaf(notEmpty, 'text').check(told('The name of the secret in its store.')),
  service: z
    .prefault(leaf(notEmpty, 'text'), 'cordon')
    .check(told('The service in the keyring that the account belongs to.')),
  decode: z
    .optional(z.enum(['go-keyring']))
    .check(told('How the value is wrapped: "go-keyring" unwraps what that library stored.')),
  store: z
    .optional(z.enum(['kernel']))
    .check(told('Linux: "kernel" is the keyring of the kernel, which is empty after a reboot.')),
})

const ageSecret = z.strictObject({
  source: z
    .literal('age')
    .check(told('Where the secret lies: "age" is the encrypted file beside the configuration of cordon.')),
  account: leaf(notEmpty, 'text').check(told('The name of the secret in its store.')),
})

const secret = z
  .discriminatedUnion('source', [keyringSecret, ageSecret])
  .check(told('Where the real credential lies; never the credential itself.'))

const headerAuth = z
  .strictObject({
    type: z.literal('header').check(told('"header" writes the secret into a field of the request.')),
    header_name: leaf(headerName, 'field name').check(
      told('The field that carries the secret, such as "Authorization" or "x-api-key".'),
    ),
    scheme: z
      .optional(leaf(scheme, 'word'))
      .check(told('The word before the secret, such as "Bearer"; required for "Authorization".')),
    secret,
  })
  .check(
    z.refine(({ header_name, scheme }) => scheme !== undefined || !/^authorization$/i.test(String(header_name)), {
      path: ['scheme'],
      error: 'is required when header_name is "Authorization"; most origins want "Bearer"',
      // Told together with the other faults of the table, not only when those are mended.
      when: ({ value }) => typeof value === 'object' && value !== null,
    }),
  )

const basicAuth = z.strictObject({
  type: z.literal('basic').check(told('"basic" writes a user name and the secret as HTTP Basic (RFC 7617).')),
  username: leaf(username, 'text without `:`').check(
    told('The user name before the secret; git hosts take "x-access-token" or any.'),
  ),
  secret,
})

const match = z.strictObject({
  host: leaf(hostPattern, 'host').check(
    told('The host of the origin: one name or address, or "*.example.com" for every name below example.com.'),
  ),
  port: z
    .prefault(
      z.pipe(
        z.union([port, z.array(port).check(z.minLength(1))]),
        z.transform((ports) => [...new Set([ports].flat())]),
      ),
      443,
    )
    .check(told('The port of the origin, or a list of ports.')),
  paths: z
    .optional(z.array(leaf(pathPrefix, 'path')).check(z.minLength(1)))
    .check(
      told(
        'Path prefixes that end at a segment border: "/v1" covers "/v1/models" and not "/v10". Without it, every path.',
      ),
    ),
  methods: z
    .optional(z.array(leaf(method, 'method')).check(z.minLength(1)))
    .check(told('The methods that get the credential. Without it, every method.')),
})

export const routeSchema = z.pipe(
  z.strictObject({
    name: leaf(routeName, 'name').check(told('The name of the route in commands and in the log.')),
    match: match.check(told('The requests that get the credential.')),
    auth: z
      .discriminatedUnion('type', [headerAuth, basicAuth])
      .check(told('How the credential is written into the request.')),
    connect_to: z
      .optional(leaf(hostPort, '`"host:port"`'))
      .check(
        told('"host:port" where the origin really is; its certificate is still verified for the host of the route.'),
      ),
    allow_cleartext: z
      .prefault(z.boolean(), false)
      .check(told('Whether plain HTTP may carry the credential too; for origins on loopback only.')),
  }),
  z.transform(
    ({ name, match, auth, connect_to, allow_cleartext }): Route<SecretPlace> => ({
      name,
      match: { host: match.host, ports: match.port, paths: match.paths, methods: match.methods },
      auth: authOf(auth),
      secret: auth.secret,
      connectTo: connect_to,
      allowCleartext: allow_cleartext,
    }),
  ),
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
  enabled: z.prefault(z.boolean(), true).check(told('Whether cordon terminates TLS for the hosts of the routes.')),
  ca_cert_path: z
    .optional(leaf(filePath, 'path'))
    .check(told('The certificate of the CA (PEM). Without it, the one that `cordon setup` made.')),
  ca_key_path: z
    .optional(leaf(filePath, 'path'))
    .check(told('The private key of the CA (PEM). Without it, the one that `cordon setup` made.')),
  trust: z
    .prefault(z.array(leaf(filePath, 'path')), [])
    .check(told('PEM files of further CAs that may vouch for origins.')),
})

const network = z.strictObject({
  allow: z
    .prefault(z.array(leaf(networkEntry, 'host or range')), [])
    .check(told('Private hosts that may be reached without a route: names, "*.example.com", addresses, ranges.')),
  proxy: z
    .optional(leaf(proxyUrl, 'URL'))
    .check(
      told('The HTTP proxy that leads to the Internet. Without it, that of HTTPS_PROXY where cordon starts, if any.'),
    ),
  proxy_auth: z
    .optional(
      z.strictObject({
        username: leaf(username, 'text without `:`').check(
          told('The user name that the proxy is told, as HTTP Basic (RFC 7617).'),
        ),
        secret,
      }),
    )
    .check(told('The user name and the password that the proxy wants.')),
  no_proxy: z
    .prefault(z.array(leaf(exception, 'host or range')), [])
    .check(
      told(
        'What is reached without that proxy: "example.com" with all below it, ".example.com", addresses, ranges, or "*".',
      ),
    ),
  connect_timeout: z
    .prefault(seconds(0.05, 300), 10)
    .check(told('Seconds that a connection to an origin may take, with its name resolved and its TLS handshake done.')),
  idle_timeout: z
    .optional(seconds(1, 86_400))
    .check(told('Seconds without a byte after which a tunnel to a host without a route is closed. Without it, never.')),
})

const secrets = z.strictObject({
  timeout: z.prefault(seconds(0.05, 300), 10).check(told('Seconds that a secret store may take to answer.')),
})

export const configSchema = z.strictObject({
  listen: port.check(told('The port of 127.0.0.1 where cordon listens.')),
  tls: z.prefault(tls, {}).check(told('The certificates that cordon shows and trusts.')),
  routes: z
    .prefault(z.array(routeSchema), [])
    .check(told('The origins whose requests get a credential; the first that covers a request takes it.')),
  network: z.prefault(network, {}).check(told('How origins are reached, and what requests without a route may reach.')),
  secrets: z.prefault(secrets, {}).check(told('How secrets are fetched.')),
})

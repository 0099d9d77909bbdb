import type { Host, HostPort, RouteName } from '../base/names.ts'

/** An origin and the credential its requests get. `Place` is where the secret lies; policy never looks into it. */
export interface Route<Place = unknown> {
  name: RouteName
  match: RouteMatch
  auth: Auth
  secret: Place
  /** Where the origin really is, when not at the host of the request; its certificate is still verified for that host. */
  connectTo: HostPort | undefined
  /** True when a plain-HTTP request may carry the credential too; holds only for an origin on loopback. */
  allowCleartext: boolean
}

export interface RouteMatch {
  host: HostPattern
  /** At least one; 443 unless the file says otherwise. */
  ports: readonly number[]
  /** Path prefixes that end at a segment border; undefined means every path. */
  paths: readonly string[] | undefined
  /** Upper-case methods; undefined means every method. */
  methods: readonly string[] | undefined
}

/** `*.example.com` covers every name below example.com, at any depth, and not example.com itself. */
export type HostPattern = { kind: 'exact'; host: Host } | { kind: 'below'; parent: Host }

/** How the credential is written into the request (RFC 9110 §11.6.2; RFC 7617 for `basic`). */
export type Auth =
  | { type: 'header'; headerName: string; scheme: string | undefined }
  | { type: 'basic'; username: string }

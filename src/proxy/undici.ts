/**
 * The two parts of undici that are used. Its index brings fetch, caches and mocks along, which every start would load and
 * none would use.
 */
import type { buildConnector, Client as ClientClass } from 'undici'
// @ts-expect-error undici has types for its index alone.
import connect from 'undici/lib/core/connect.js'
// @ts-expect-error undici has types for its index alone.
import client from 'undici/lib/dispatcher/client.js'

export const makeConnector: typeof buildConnector = connect

export type Client = ClientClass
export const Client: typeof ClientClass = client
export type ClientOptions = ClientClass.Options

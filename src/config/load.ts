/** `cordon.toml` as values of the rooms below; or all of its faults at once. */
import { dirname, resolve } from 'node:path'
import type * as z from 'zod/mini'
import { CordonError, CordonErrors } from '../base/error.ts'
import { readIfThere } from '../base/file.ts'
import type { Config, ConfigNetwork } from './config.ts'
import { ConfigFault, type Span, shownPath } from './fault.ts'
import type { Finding } from './finding.ts'
import { findingsOf } from './inspect.ts'
import { hiddenSpans, nameSpan, tableSpan, valueSpan } from './places.ts'
import { configSchema } from './schema.ts'
import { everyKey } from './schema-keys.ts'
import { findingsTogether } from './together.ts'
import { TomlFault, type Tree, treeOf, valuesOf } from './toml-tree.ts'

export { ConfigFault } from './fault.ts'

/** Reads a configuration. Throws `config_missing`, `file_unreadable`, or `config_faulty` with a `ConfigFault` for each fault. */
export function loadConfig(path: string): Config {
  const text = readIfThere(path)
  if (text !== undefined) return parseConfig(text, path)
  throw new CordonError('config_missing', `There is no ${shownPath(path)} yet.`, {
    hint: 'make one with `cordon setup`',
  })
}

/** The same for a text that is, or is to be, at `path`. */
export function parseConfig(text: string, path: string): Config {
  const plain = text.replace(/^\uFEFF/, '')
  const data = readOrThrow(plain, path, valuesOf)
  const parsed = configSchema.safeParse(data)
  const findings = [...(parsed.success ? [] : findingsOf(data)), ...findingsTogether(data)]
  // Where things stand is asked of a faulty file alone: it takes longer than all the rest.
  if (!parsed.success || findings.length > 0)
    throw faulty(path, faultsOf(findings, readOrThrow(plain, path, treeOf), path))
  const { listen, tls, routes, network, secrets } = parsed.data
  // Relative to the file, so that it means the same from wherever cordon is started.
  const absolute = (file: string) => resolve(dirname(path), file)
  return {
    path: resolve(path),
    listen,
    tls: {
      enabled: tls.enabled,
      caCert: tls.ca_cert_path === undefined ? undefined : absolute(tls.ca_cert_path),
      caKey: tls.ca_key_path === undefined ? undefined : absolute(tls.ca_key_path),
      trust: tls.trust.map(absolute),
    },
    routes,
    network: networkOf(network),
    secrets: { timeoutMs: inMs(secrets.timeout) },
  }
}

function networkOf(network: z.output<typeof configSchema>['network']): ConfigNetwork {
  return {
    allow: network.allow,
    proxy: network.proxy,
    proxyAuth: network.proxy_auth,
    noProxy: network.no_proxy,
    connectTimeoutMs: inMs(network.connect_timeout),
    idleTimeoutMs: network.idle_timeout === undefined ? undefined : inMs(network.idle_timeout),
  }
}

const inMs = (seconds: number) => Math.round(seconds * 1000)

function readOrThrow<T>(text: string, path: string, read: (text: string) => T): T {
  try {
    return read(text)
  } catch (thrown) {
    if (thrown instanceof TomlFault) throw faulty(path, [syntaxFault(thrown, text, path)])
    throw thrown
  }
}

function syntaxFault({ line, column, sentence }: TomlFault, text: string, path: string): ConfigFault {
  const start =
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0)
  const from = Math.min(start + column - 1, text.length)
  const span = { from, to: from + 1 }
  return new ConfigFault({
    code: 'syntax_faulty',
    path,
    text,
    span,
    sentence: `This is not TOML: ${sentence}.`,
    meant: undefined,
    hidden: hiddenOnLine(text, start),
  })
}

/** Of a line that is no TOML only a value of a key of ours is shown: the other may be a credential without its quotes. */
function hiddenOnLine(text: string, start: number): Span[] {
  const [, key = '', name = '', value = ''] =
    /^(\s*(?:[\w-]+\s*\.\s*)*([\w-]+)\s*=\s*)(.*)/.exec(text.slice(start)) ?? []
  const isOurs = everyKey().some(({ path, isTable }) => !isTable && path.split('.').at(-1) === name)
  return isOurs ? [] : [{ from: start + key.length, to: start + key.length + value.length }]
}

function faultsOf(findings: readonly Finding[], tree: Tree, path: string): ConfigFault[] {
  const placed = findings.map((finding) => ({ ...finding, span: spanOf(finding, tree) }))
  const discreet = placed.filter(({ isDiscreet, part }) => isDiscreet && part === 'value').map(({ span }) => span)
  const hidden = [...hiddenSpans(tree), ...discreet]
  return placed
    .sort((one, other) => one.span.from - other.span.from)
    .map(
      ({ code, span, sentence, meant }) =>
        new ConfigFault({ code, path, text: tree.text, span, sentence, meant, hidden }),
    )
}

function spanOf({ part, path }: Finding, tree: Tree): Span {
  switch (part) {
    case 'name':
      return nameSpan(tree, path)
    case 'value':
      return valueSpan(tree, path)
    case 'table':
      return tableSpan(tree, path)
  }
}

function faulty(path: string, faults: readonly ConfigFault[]): CordonErrors {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
  return new CordonErrors('config_faulty', `${shownPath(path)} has ${count}.`, faults)
}

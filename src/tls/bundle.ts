/**
 * The bundle: one PEM file for clients whose variable replaces their store instead of adding to it (SSL_CERT_FILE,
 * CURL_CA_BUNDLE). Its parts stand under headings, and those of the middle kind are read back the next time:
 *
 *     # == the system's roots
 *     # == from /etc/corporate/ca.pem      what the person's environment named before it named this bundle
 *     # == cordon
 *
 * So a corporate root stays although SSL_CERT_FILE now names the bundle, and one that its company renewed or took back is
 * renewed or gone here too, because its file is read again as long as it is there.
 */
import type { X509Certificate } from 'node:crypto'
import { readIfThere, refuseSymlink, writeWhole } from '../base/file.ts'
import type { Ca } from './ca.ts'
import { certificatesIn, filesNamedBy, hasSameKey, isCordonCa, systemRoots, textNamed } from './roots.ts'

export interface BundleOptions {
  path: string
  ca: Ca
  /** SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE name what clients trusted before. */
  env: NodeJS.ProcessEnv
  /** The PEM file of the system's roots, where it is not the usual one. */
  systemFile?: string
}

/** Brings the bundle up to date, or leaves it as it is where it is so already. Throws `symlink_refused`, `file_unwritable`. */
export function writeBundle(options: BundleOptions): 'made' | 'renewed' | 'already' {
  refuseSymlink(options.path)
  const state = bundleState(options)
  if (state === 'fresh') return 'already'
  writeWhole(options.path, textOf(options), 0o644)
  return state === 'missing' ? 'made' : 'renewed'
}

/** `stale`: our CA is not in it, or the system's roots or those of a file that was named before have changed. */
export function bundleState(options: BundleOptions): 'missing' | 'stale' | 'fresh' {
  const text = readIfThere(options.path)
  if (text === undefined) return 'missing'
  return text === textOf(options) ? 'fresh' : 'stale'
}

/** The files that the environment names and of whose roots the bundle lacks one, for it was made in another environment. */
export function missingFromBundle({ path, env }: Pick<BundleOptions, 'path' | 'env'>): string[] {
  const named = filesNamedBy(env).map((file) => ({ file, certificates: certificatesIn(textNamed(file)) }))
  const foreign = named.filter(({ file, certificates }) => file !== path && certificates.length > 0)
  if (foreign.length === 0) return []
  const bundle = textNamed(path)
  const isMissing = (certificate: X509Certificate) => !isCordonCa(certificate) && !bundle.includes(`${certificate}`)
  return foreign.filter(({ certificates }) => certificates.some(isMissing)).map(({ file }) => file)
}

type Part = [heading: string, certificates: readonly X509Certificate[]]

const title = '# Trusted by the clients of cordon, which writes this file whole.\n'
const mark = '\n# == '
const fromWord = 'from '

function textOf({ path, ca, env, systemFile }: BundleOptions): string {
  const written = new Set([ca.certificate.fingerprint256])
  const parts: Part[] = [["the system's roots", systemRoots(systemFile)], ...partsBefore(path, filesNamedBy(env))]
  const others = parts.map(([heading, certificates]): Part => [heading, certificates.filter(isForeignAndNew)])
  return title + [...others, ['cordon', [ca.certificate]] satisfies Part].map(partText).join('')

  function isForeignAndNew(certificate: X509Certificate): boolean {
    if (isCordonCa(certificate) || hasSameKey(certificate, ca.certificate) || written.has(certificate.fingerprint256))
      return false
    written.add(certificate.fingerprint256)
    return true
  }
}

/** The files named before with what they hold; in the place of a bundle, those that it was made of itself. */
function partsBefore(own: string, named: readonly string[]): Part[] {
  const files = new Map<string, readonly X509Certificate[]>()
  for (const path of [own, ...named]) {
    const text = textNamed(path)
    if (text.startsWith(title))
      for (const [file, remembered] of rememberedIn(text)) files.set(file, nowIn(file, remembered))
    else if (path !== own) files.set(path, certificatesIn(text))
  }
  return [...files].map(([path, certificates]) => [fromWord + path, certificates])
}

function rememberedIn(bundle: string): Part[] {
  const parts = bundle.split(mark).filter((part) => part.startsWith(fromWord))
  return parts.map((part) => [part.slice(fromWord.length, part.indexOf('\n')), certificatesIn(part)])
}

// A file that is not there now may only be unmounted, so what it held stays.
function nowIn(file: string, remembered: readonly X509Certificate[]): readonly X509Certificate[] {
  const certificates = certificatesIn(textNamed(file))
  return certificates.length > 0 ? certificates : remembered
}

function partText([heading, certificates]: Part): string {
  if (certificates.length === 0) return ''
  return `${mark}${heading}\n${certificates.map((one) => `\n# ${nameOf(one)}\n${one}`).join('')}`
}

// Python's `cadata` takes ASCII alone, and no comment shall look like the beginning of a certificate.
function nameOf({ subject }: X509Certificate): string {
  const oneLine = (subject ?? '').replaceAll('\n', ', ').normalize('NFKD')
  return oneLine.replace(/[^\x20-\x7e]/g, '').replace(/-{2,}/g, '-')
}

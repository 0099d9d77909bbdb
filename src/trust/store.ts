import type { X509Certificate } from 'node:crypto'

/** A certificate of ours on its way into stores, or in them. */
export interface Anchor {
  /** What it is called in a store: `cordon-<scope>-<id>`. */
  name: string
  /** The PEM file that it is copied from, which stays as long as a store may hold it. */
  file: string
  certificate: X509Certificate
}

/** One command that changes a store. */
export interface Step {
  words: readonly string[]
  asRoot: boolean
}

export const storeKinds = ['system', 'nss'] as const
export type StoreKind = (typeof storeKinds)[number]

/** One place where programs look for the roots they believe. */
export interface TrustStore {
  /** As a sentence says it. */
  label: string
  /** `partly`: a change was cut short, and doing it once more mends it. Throws `root_store_failed`. */
  holds(anchor: Anchor): 'yes' | 'partly' | 'no'
  add(anchor: Anchor): Step[]
  remove(anchor: Anchor): Step[]
}

/** A store that is on this machine; one that cannot be changed says what is missing, and which package brings it. */
export type Found = { state: 'usable'; store: TrustStore } | { state: 'unusable'; label: string; why: string }

import { forgetAnchor } from './anchors.ts'
import { linuxStores } from './linux.ts'
import type { Machine } from './machine.ts'
import { macosStores } from './macos.ts'
import { nssStores } from './nss.ts'
import { type Anchor, type Found, type StoreKind, storeKinds } from './store.ts'
import { windowsStores } from './windows.ts'

/** Every kind of store there is. */
const byKind: Readonly<Record<StoreKind, readonly ((machine: Machine) => Found[])[]>> = {
  system: [linuxStores, macosStores, windowsStores],
  nss: [nssStores],
}

/** The stores of this machine that are of one of these kinds. */
export function storesOn(machine: Machine, kinds: readonly StoreKind[]): Found[] {
  return kinds.flatMap((kind) => byKind[kind].flatMap((find) => find(machine)))
}

/** Forgets those of the anchors that no store holds any more; while a store cannot be asked, it may. */
export function forgetUnheld(machine: Machine, anchors: readonly Anchor[]): void {
  const found = storesOn(machine, storeKinds)
  for (const anchor of anchors)
    if (!found.some((one) => one.state === 'unusable' || one.store.holds(anchor) !== 'no')) forgetAnchor(anchor)
}

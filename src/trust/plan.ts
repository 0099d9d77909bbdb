import type { Anchor, Step, TrustStore } from './store.ts'

/** What is to be done to one store; nothing, where it is so already. */
export interface Work {
  label: string
  steps: Step[]
}

/** Puts `wanted` in, and takes out those that it replaces. */
export function planTrust(store: TrustStore, wanted: Anchor, older: readonly Anchor[]): Work {
  const added = store.holds(wanted) === 'yes' ? [] : store.add(wanted)
  return { label: store.label, steps: eachOnce([...removals(store, older), ...added]) }
}

export function planUntrust(store: TrustStore, anchors: readonly Anchor[]): Work {
  return { label: store.label, steps: eachOnce(removals(store, anchors)) }
}

const removals = (store: TrustStore, anchors: readonly Anchor[]) =>
  anchors.filter((anchor) => store.holds(anchor) !== 'no').flatMap((anchor) => store.remove(anchor))

// A store that is made anew after every change is made anew once, after the last.
function eachOnce(steps: readonly Step[]): Step[] {
  const lines = steps.map(({ words }) => words.join(' '))
  return steps.filter((_, i) => !lines.includes(lines[i] ?? '', i + 1))
}

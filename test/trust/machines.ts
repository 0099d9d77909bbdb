/** Machines that are made of a folder, and programs that write down how they were called. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { anchorFor, keepAnchor } from '../../src/trust/anchors.ts'
import { carryOut, type Machine } from '../../src/trust/machine.ts'
import { planTrust, planUntrust } from '../../src/trust/plan.ts'
import type { Anchor, Found, TrustStore } from '../../src/trust/store.ts'
import { caIn, folderFor } from '../tls/place.ts'

export interface Stage {
  machine: Machine
  /** The anchor for these names, its file written. */
  anchor(...names: string[]): Anchor
  /** Puts a program on PATH; it writes its line down, then does what the script says. */
  program(name: string, script?: string): void
  /** What the programs were called with, one line a call, the stage's own folders as `/` and `~`. */
  calls(): string[]
}

/** An empty machine whose home and root are folders of the test's own. */
export function stageFor(t: TestContext, shape: Partial<Machine> & Pick<Machine, 'platform'>): Stage {
  const folder = folderFor(t)
  const [root, home, bin, log] = ['root', 'home', 'bin', 'calls'].map((name) => join(folder, name))
  if (!root || !home || !bin || !log) throw new Error('four paths')
  for (const made of [root, home, bin]) mkdirSync(made)
  writeFileSync(log, '')
  const { ca } = caIn(join(folder, 'ca'))
  const env = { PATH: [bin, '/usr/bin', '/bin'].join(delimiter), HOME: home }
  return {
    machine: { root, home, env, isRoot: false, ...shape },
    anchor(...names) {
      const made = anchorFor(join(home, 'trusted'), 'test', ca, names)
      keepAnchor(made)
      return made
    },
    program(name, script = '') {
      const path = join(bin, name)
      writeFileSync(path, `#!/bin/sh\necho "${name}\${*:+ $*}" >>'${log}'\n${script}\n`)
      chmodSync(path, 0o755)
    },
    calls: () =>
      readFileSync(log, 'utf8')
        .replaceAll(root, '')
        .replaceAll(home, '~')
        .replace(/cordon-test-[0-9a-f]{8}/g, 'cordon-test-ID')
        .replace(/\b([0-9A-F]{40}|[0-9a-f]{40})\b/g, 'SHA1')
        .split('\n')
        .slice(0, -1),
  }
}

/** Makes a folder of the machine. */
export function folderOf({ machine }: Stage, path: string): string {
  const folder = join(machine.root, path)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Makes a file of the machine, empty. */
export function fileOf({ machine }: Stage, path: string): void {
  const file = join(machine.root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
}

export function usable(found: readonly Found[]): TrustStore[] {
  return found.flatMap((one) => (one.state === 'usable' ? [one.store] : []))
}

/** As `cordon trust` does it to one store; the answer tells whether there was anything to do. */
export function put(store: TrustStore, machine: Machine, wanted: Anchor, older: readonly Anchor[] = []): boolean {
  return carriedOut(planTrust(store, wanted, older).steps, machine)
}

/** As `cordon untrust` does it. */
export function takeOut(store: TrustStore, machine: Machine, anchors: readonly Anchor[]): boolean {
  return carriedOut(planUntrust(store, anchors).steps, machine)
}

/** Puts an anchor in twice, then takes it out twice. */
export function eachTwice(store: TrustStore, machine: Machine, anchor: Anchor): boolean[] {
  const twice = [1, 2]
  return [...twice.map(() => put(store, machine, anchor)), ...twice.map(() => takeOut(store, machine, [anchor]))]
}

function carriedOut(steps: readonly Parameters<typeof carryOut>[0][], machine: Machine): boolean {
  for (const step of steps) carryOut(step, machine)
  return steps.length > 0
}

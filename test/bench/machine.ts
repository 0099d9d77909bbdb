/** What the machine tells of itself: the CPU and memory of processes from /proc, and which core a process runs on. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** The proxy has one core to itself, the load and the origin share the other. */
export const cores = { proxy: '0', load: '1' }

const tick = 0.01

/** Moves this process, and what it spawns from now on, to the load's core. False where the machine cannot. */
export function pinLoad(): boolean {
  if (cpus().length < 2) return false
  try {
    execFileSync('taskset', ['-a', '-c', '-p', cores.load, String(process.pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export function describeMachine(): string {
  const [first] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${cpus().length} × ${first?.model ?? 'an unknown CPU'}, ${memory}, Linux ${release()}, Node ${process.version}`
}

/** Seconds of CPU since each clock's own beginning. */
export interface Clocks {
  at: number
  proxy: number
  load: number
  machine: number
}

/** Reads the clocks of a proxy's process tree, of this process and its origin, and of everything that ran. */
export function readClocks(proxy: number | undefined, origin: number): Clocks {
  const processes = readProcesses()
  return {
    at: performance.now() / 1000,
    proxy: proxy === undefined ? 0 : treeOf(proxy, processes).reduce((sum, { cpu }) => sum + cpu, 0),
    load: [process.pid, origin].reduce((sum, pid) => sum + (processes.get(pid)?.cpu ?? 0), 0),
    machine: machineSeconds(),
  }
}

/** The resident memory of a process tree in bytes: shared pages split among its processes, a mapped program in full. */
export function memoryOf(root: number): number {
  const pages = treeOf(root, readProcesses()).map(({ pid }) => kibibytes(`/proc/${pid}/smaps_rollup`))
  const own = pages.reduce((sum, of) => sum + of('Pss_Anon') + of('Pss_Shmem'), 0)
  const mapped = Math.max(0, ...pages.map((of) => of('Rss') - of('Anonymous') - of('Pss_Shmem')))
  return (own + mapped) * 1024
}

/** The most memory a process tree ever had, in bytes. */
export function peakMemoryOf(root: number): number {
  const processes = treeOf(root, readProcesses())
  return processes.reduce((sum, { pid }) => sum + kibibytes(`/proc/${pid}/status`)('VmHWM'), 0) * 1024
}

interface Process {
  pid: number
  parent: number
  cpu: number
}

/** proc(5): the command name in parentheses may hold anything, so the fields are counted from behind it. */
function readProcesses(): Map<number, Process> {
  const processes = new Map<number, Process>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? readIfThere(`/proc/${pid}/stat`) : undefined
    if (stat === undefined) continue
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const cpu = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * tick, 0)
    processes.set(pid, { pid, parent: Number(fields[1]), cpu })
  }
  return processes
}

function treeOf(root: number, processes: ReadonlyMap<number, Process>): Process[] {
  const own = processes.get(root)
  const children = [...processes.values()].filter(({ parent }) => parent === root)
  return [...(own ? [own] : []), ...children.flatMap(({ pid }) => treeOf(pid, processes))]
}

function machineSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync('/proc/stat', 'utf8')
    .slice(4, 200)
    .trim()
    .split(/\s+/)
    .map(Number)
  return (user + nice + system + irq + softirq + steal) * tick
}

function kibibytes(path: string): (name: string) => number {
  const text = readIfThere(path) ?? ''
  return (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

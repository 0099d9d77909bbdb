import type { Step } from './steps.ts'

/** A program that is to run whenever its user is there, or whenever the machine is. */
export interface Program {
  /** What the init system calls it. */
  id: string
  description: string
  /** The program and its words; the first is an absolute path. */
  start: readonly string[]
  /** The words that let it end in peace, for an init system that can only kill. */
  stop: readonly string[]
  /** What makes it read its files anew. */
  reloadSignal: 'HUP'
  /** The program ends with one of these codes where starting it again would change nothing. */
  hopeless: readonly number[]
  /** What whoever installs it wants to read in the definition again, such as what it was installed for. */
  notes: Readonly<Record<string, string>>
  folder: string
  env: Readonly<Record<string, string>>
  /** The folders that it writes to; they exist. */
  writable: readonly string[]
  /** The folder of `$XDG_RUNTIME_DIR` that it writes to, as others may. */
  runtimeFolder: string | undefined
  /** The file that it writes its log to, where the init system keeps none. */
  logPath: string
  /** Files that the program finds in `$CREDENTIALS_DIRECTORY`, by their names there. */
  credentials: Readonly<Record<string, string>>
  /** Whether it sees the machine's files through namespaces of its own, and most of them read-only. */
  hasNamespaces: boolean
  /** The user that it runs as, where that is one of its own. */
  user?: string
}

/** What an init system says of a service that is installed. */
export type ServiceState =
  | { state: 'running'; pid: number | undefined; since: string | undefined }
  | { state: 'starting' }
  | { state: 'stopped' }
  | { state: 'failed'; why: string; code: number | undefined }

/** Where the last lines of a log are: a command prints them, or the program writes them to a file. */
export type LogPlace = { kind: 'command'; words: readonly string[] } | { kind: 'file'; path: string }

/** A service as its definition lies there. */
export interface Definition {
  id: string
  path: string
  text: string
}

/**
 * What keeps programs running on a machine. Each verb is a list of steps, for a person to read or for `carryOut`; asking
 * and rendering change nothing.
 */
export interface InitSystem {
  /** As a sentence says it. */
  readonly label: string
  /** When what is installed starts by itself, as the end of a sentence. */
  readonly startsWhen: string
  /** That of its definitions. */
  readonly encoding: 'utf8' | 'utf16le'
  /** Whether it keeps what a program prints. Where not, the program writes its `logPath` itself. */
  readonly keepsLog: boolean
  /** Whether `install` and `start` take until the program says that it is up. Where not, the program is to be asked. */
  readonly waitsUntilUp: boolean
  /** Whether it hands over the `credentials` of a program. */
  readonly handsOverFiles: boolean
  /** Throws `init_missing` where it does not answer. */
  expect(): void
  pathOf(id: string): string
  /** The definition of a service: always the same text for the same program. */
  render(program: Program): string
  /** Puts a definition in the place of an older one, and starts it. */
  install(id: string, text: string): Step[]
  uninstall(id: string): Step[]
  start(id: string): Step[]
  stop(id: string): Step[]
  restart(id: string): Step[]
  state(id: string): ServiceState
  /** Where the last lines of the log are; a command prints those that come too, with `follow`. */
  logs(definition: Definition, options: { lines: number; follow: boolean }): LogPlace
  /** The notes in a definition. */
  notesIn(text: string): Readonly<Record<string, string>>
}

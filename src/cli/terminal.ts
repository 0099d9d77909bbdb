/**
 * What a person reads and is asked. Answers and what is now true go to stdout; hints, notices and questions to stderr, so
 * that stdout can be piped. Colours are for terminals that want them (`NO_COLOR` is honoured by styleText).
 */
import { styleText } from 'node:util'
import { asCalled, commandAsCalled } from '../base/called.ts'
import { CordonError } from '../base/error.ts'
import { printable } from '../base/printable.ts'
import { Secret } from '../secrets/secret.ts'

export interface Terminal {
  /** True when there is a person to ask: stdin and stderr are terminals. */
  readonly isInteractive: boolean
  /** A bare answer on stdout. */
  answer(text: string): void
  /** One line that says what is now true. */
  done(sentence: string): void
  /** A line about something that was left as it was or that a person should know. */
  notice(sentence: string): void
  /** The command to run next. */
  next(command: string): void
  ask(question: Question): Promise<string>
  confirm(question: string): Promise<boolean>
  /** A hidden prompt on a terminal, else the whole of stdin. */
  readSecret(prompt: string): Promise<string>
}

/** A sentence in the words that mean this cordon, and with nothing in it that a terminal would obey. */
const shown = (text: string) => printable(asCalled(text))

export interface Question {
  text: string
  /** With choices the answer is one of them. */
  choices?: readonly { value: string; name: string }[]
  initial?: string
  /** A sentence when the answer will not do. */
  check?: (answer: string) => string | undefined
}

export function openTerminal(input = process.stdin): Terminal {
  const isInteractive = () => input.isTTY === true && process.stderr.isTTY === true
  const mark = (colour: 'green' | 'yellow' | 'dim', sign: string, stream: NodeJS.WriteStream) =>
    styleText(colour, sign, { stream })
  return {
    get isInteractive() {
      return isInteractive()
    },
    answer: (text) => void process.stdout.write(shown(text.endsWith('\n') ? text : `${text}\n`)),
    done: (sentence) => void process.stdout.write(`${mark('green', '✓', process.stdout)} ${shown(sentence)}\n`),
    notice: (sentence) => void process.stderr.write(`${mark('yellow', '!', process.stderr)} ${shown(sentence)}\n`),
    next: (command) =>
      void process.stderr.write(`  ${mark('dim', 'next:', process.stderr)} ${printable(commandAsCalled(command))}\n`),
    async ask({ text, choices, initial, check }) {
      const { input: askText, select } = await import('@inquirer/prompts')
      const context = { output: process.stderr }
      if (choices)
        return select(
          { message: printable(text), choices: [...choices], ...(initial !== undefined && { default: initial }) },
          context,
        )
      return askText(
        {
          message: printable(text),
          ...(initial !== undefined && { default: initial }),
          validate: (answer) => check?.(answer) ?? true,
        },
        context,
      )
    },
    async confirm(question) {
      const { confirm } = await import('@inquirer/prompts')
      return confirm({ message: printable(question) }, { output: process.stderr })
    },
    async readSecret(prompt) {
      if (!isInteractive()) return readAll(input)
      const { password } = await import('@inquirer/prompts')
      // Without this Ctrl+T would show it.
      return password({ message: printable(prompt), mask: false, toggleMask: false }, { output: process.stderr })
    },
  }
}

const longestInput = 1 << 20

async function readAll(input: NodeJS.ReadStream): Promise<string> {
  if (input.isTTY)
    throw new CordonError('usage', 'There is no terminal to ask on, and nothing is piped into stdin.', {
      hint: 'pipe the value in, as in `cordon secret set NAME < file`',
    })
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk))
    length += chunk.length
    if (length > longestInput) throw new CordonError('secret_unfit', 'What is piped into stdin is larger than 1 MiB.')
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The passphrase of the encrypted store, asked on a terminal alone: stdin may be carrying the secret itself. */
export async function askPassphrase(terminal: Terminal): Promise<Secret> {
  if (!terminal.isInteractive) {
    throw new CordonError(
      'passphrase_needed',
      'The encrypted store has a passphrase, and there is no terminal to ask for it.',
      {
        hint: 'run the command on a terminal; for `cordon run`, let `cordon start` run there, which asks; or take the passphrase off with `cordon secret passphrase --remove`',
      },
    )
  }
  return new Secret(await terminal.readSecret('Passphrase of the encrypted store:'))
}

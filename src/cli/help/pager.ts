import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { systemCodeOf } from '../../base/error.ts'

/** Shows a text a screen at a time where stdout is a terminal, in the pager that git would take; else it is printed. */
export async function page(text: string, env: NodeJS.ProcessEnv): Promise<void> {
  const pager = env['PAGER'] ?? 'less'
  if (process.stdout.isTTY !== true || pager === '' || pager === 'cat') return print(text)
  // As git has it: short texts end at once, colours pass, and the screen keeps what was read.
  const child = spawn(pager, { shell: true, env: { LESS: 'FRX', ...env }, stdio: ['pipe', 'inherit', 'ignore'] })
  // A person who has read enough leaves, and the rest of the text has nowhere to go.
  child.stdin.on('error', (cause) => {
    if (systemCodeOf(cause) !== 'EPIPE') throw cause
  })
  child.stdin.end(text)
  const [code] = await once(child, 'close')
  const isMissing = code === 127
  if (isMissing) print(text)
}

const print = (text: string) => void process.stdout.write(text)

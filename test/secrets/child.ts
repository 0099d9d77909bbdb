import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Answer, Command } from './store-child.ts'

export interface Child {
  ask(command: Command): Promise<Answer>
  kill(): Promise<void>
}

/** A process with stores of its own: the encrypted file in `folder`, the keyring of the session in `env`. */
export function startChild(t: TestContext, { folder, env }: { folder: string; env: NodeJS.ProcessEnv }): Child {
  const program = fileURLToPath(new URL('store-child.ts', import.meta.url))
  const child = spawn(process.execPath, [program, folder], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (answer: Answer) => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ...answer } = JSON.parse(line)
    waiting.get(id)?.(answer)
  })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  t.after(kill)
  let id = 0
  return {
    kill,
    ask(command) {
      id += 1
      const { promise, resolve } = Promise.withResolvers<Answer>()
      waiting.set(id, resolve)
      child.stdin.write(`${JSON.stringify({ id, ...command })}\n`)
      return promise
    },
  }
}

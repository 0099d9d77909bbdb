/**
 * `npm run demo`: the main job from end to end, in a folder of its own. A real Codex holds a placeholder, its request
 * reaches an origin of ours with the real key, and the real key is searched for everywhere it must not be.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { filesHolding, formsOf, openDesk, put, type Result, type RunningCordon } from '../desk.ts'
import { done, leadToOrigin, quietConfig } from '../e2e/codex-world.ts'
import { type ResponsesOrigin, startResponsesOrigin } from '../responses-origin.ts'
import { originCertificate } from '../world.ts'

const canary = 'sk-demo-canary-7f3a9c1e5b2d8046'
const desk = openDesk()
const origin = await startResponsesOrigin(undefined, {
  ...originCertificate(['api.openai.com', 'chatgpt.com']),
  says: 'Hello! I was reached with a real key.',
})

try {
  process.exitCode = await show()
} finally {
  await desk.clear()
  await origin.close()
}

async function show(): Promise<number> {
  put(desk, '.codex/config.toml', quietConfig)
  say('A person sets cordon up for Codex, in a throw-away home and project:')
  await typed('cordon setup codex', await desk.cordon(['setup', 'codex']))
  await typed('cordon secret set openai', await desk.cordon(['secret', 'set', 'openai'], { input: canary }))
  await leadToOrigin(desk, origin.port)
  say('\nFor this demo api.openai.com is an origin of ours on loopback, its certificate verified all the same.\n')
  const cordon = await desk.start(['--log-level', 'info'])
  shown('cordon start', cordon.output().split('\n')[0] ?? '')

  const agent = await runAgent()
  await cordon.stop()
  return compare(agent, cordon)
}

interface Agent {
  name: string
  result: Result
  /** What the agent believes to be its key. */
  holds: string
  environment: Record<string, string>
}

async function runAgent(): Promise<Agent> {
  const environment = { CODEX_HOME: join(desk.project, '.codex') }
  const login = JSON.parse(readFileSync(join(environment.CODEX_HOME, 'auth.json'), 'utf8')) as {
    OPENAI_API_KEY: string
  }
  const version = await desk.run('codex', ['--version'], { env: environment }).catch(() => undefined)
  if (version?.code === 0) {
    const result = await desk.run('codex', ['exec', '--skip-git-repo-check', 'say hello'], { env: environment })
    shown(`codex exec "say hello"      (the real ${version.stdout.trim()})`, result.stdout.trim())
    return { name: 'Codex', result, holds: login.OPENAI_API_KEY, environment }
  }
  say('The Codex binary does not run on this machine, so curl takes its place.')
  const variables = JSON.parse((await done(desk.cordon(['env', '--json']))).stdout) as Record<string, string>
  const result = await desk.run(
    'curl',
    ['-sS', 'https://api.openai.com/v1/models', '-H', `Authorization: Bearer ${login.OPENAI_API_KEY}`],
    { env: variables },
  )
  shown('curl https://api.openai.com/v1/models', result.stdout.trim())
  return { name: 'curl', result, holds: login.OPENAI_API_KEY, environment: variables }
}

/** Side by side what the agent held and what the origin saw; then the search for the real key. */
function compare({ name, result, holds, environment }: Agent, cordon: RunningCordon): number {
  const seen = new Set(authorizationsAt(origin))
  say('')
  say(`  ${`${name} held`.padEnd(14)}${holds}`)
  for (const value of seen) say(`  ${'origin saw'.padEnd(14)}${value}`)
  say('')
  const places: [string, boolean][] = [
    [`${name} ended well`, result.code === 0],
    ['every request to the model carried the real key', seen.size === 1 && seen.has(`Bearer ${canary}`)],
    [
      `the real key is not in the environment of ${name}`,
      !holdsCanary(JSON.stringify({ ...desk.env, ...environment })),
    ],
    [
      `the real key is not in any file of the project, ${name}'s home among them`,
      filesHolding(desk.project, canary).length === 0,
    ],
    [
      'the real key is not in any file of the home, but encrypted in the store',
      filesHolding(desk.home, canary).length === 0 && storeExists(),
    ],
    ['the real key is in no log and no output', !holdsCanary(result.stdout + result.stderr + cordon.output())],
  ]
  for (const [sentence, holdsTrue] of places)
    say(`${holdsTrue ? styleText('green', '✓') : styleText('red', '✗')} ${sentence}`)
  if (result.code !== 0) say(`\n${result.stderr}`)
  return places.every(([, holdsTrue]) => holdsTrue) ? 0 : 1
}

function authorizationsAt({ requests }: ResponsesOrigin): string[] {
  return requests.flatMap(({ fields }) =>
    fields.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value),
  )
}

function holdsCanary(text: string): boolean {
  return formsOf(canary).some((form) => text.includes(form))
}

function storeExists(): boolean {
  return existsSync(join(desk.home, '.config', 'cordon', 'secrets.age'))
}

async function typed(command: string, result: Result): Promise<void> {
  shown(command, `${result.stdout}${result.stderr}`.trim())
  if (result.code !== 0) throw new Error(`${command} ended with ${result.code}`)
}

function shown(command: string, output: string): void {
  say(`\n${styleText('bold', `$ ${command}`)}\n${output.replaceAll(desk.folder, '~')}`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

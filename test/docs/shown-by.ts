/**
 * What shows that each fenced block of the pages is true. A block ```console is typed (commands.test.ts) and a block ```toml
 * parsed (examples.test.ts); every other one stands here, in the order of its page.
 */

export interface Shown {
  /** How the block begins. */
  begins: string
  by: Typed | { file: string; test: string } | { nothing: string }
}

/** The block is a script for the shell, in a project where Codex is set up and has its key; it ends with 0. */
export interface Typed {
  typed: {
    /** Programs that are not ours, as scripts of `sh`. */
    programs?: Readonly<Record<string, string>>
    env?: NodeJS.ProcessEnv
    before?: string
    after?: string
  }
}

const by = (begins: string, file: string, test: string): Shown => ({ begins, by: { file, test } })
const typed = (begins: string, how: Typed['typed'] = {}): Shown => ({ begins, by: { typed: how } })
const byNothing = (begins: string, nothing: string): Shown => ({ begins, by: { nothing } })

const codexAnswers = by(
  'export CODEX_HOME="$PWD/.codex" && codex',
  'e2e/codex-websocket.test.ts',
  'codex exec answers over one WebSocket, and the origin sees the real key wherever Codex sent its own',
)
const threeWays = (begins: string) =>
  by(begins, 'docs/quick-start.test.ts', 'each of the three ways to get cordon ends with a cordon that runs')
const newcomer = (begins: string) =>
  by(
    begins,
    'e2e/newcomer.test.ts',
    'a newcomer without a keyring comes from a release to the first request with a key, and away again',
  )
const ownUser = 'the user of the agent gets the credential into its requests, and can read it nowhere'

export const shownBy: Readonly<Record<string, readonly Shown[]>> = {
  'README.md': [
    byNothing('npm run demo', 'the second is what runs this test; the first shows to a person what test/e2e/ tests'),
    byNothing(' agent ──', 'a drawing'),
    threeWays('npm ci && npm run build'),
    codexAnswers,
  ],
  'docs/claude-code.md': [
    by(
      'cordon does not run',
      'e2e/agents/claude-code.test.ts',
      'Claude Code says at its start that cordon does not run',
    ),
  ],
  'docs/clients.md': [
    typed('cordon run -- codex', { programs: { codex: 'test "$OPENAI_API_KEY" && test "$HTTPS_PROXY"' } }),
    by(
      '! The command gets STRIPE_KEY',
      'cli/run/run.test.ts',
      'real keys that the command would get are named, never shown, and left out with --clean',
    ),
    typed('eval "$(cordon env)"\n', { after: 'test "$HTTPS_PROXY"' }),
    typed('eval "$(cordon env)"\ncurl', { programs: { curl: 'test "$HTTPS_PROXY" && test -r "$CURL_CA_BUNDLE"' } }),
    by(
      'String[] pair',
      'compatibility/compatibility.test.ts',
      'what a client makes of the variables is what the record says',
    ),
    typed('eval "$(cordon env)" && cordon env --format docker', {
      programs: { docker: 'test -s cordon.env && test -r "$SSL_CERT_FILE" && test -r "$DENO_CERT"' },
    }),
  ],
  'docs/codex.md': [
    codexAnswers,
    by(
      'sandbox_mode = "workspace-write"',
      'e2e/codex-websocket.test.ts',
      'a command in the sandbox of Codex reaches a routed host with its credential, and no key comes back to the model',
    ),
    by(
      'codex app-server daemon stop',
      'e2e/codex-undo.test.ts',
      'a set-up for another port stops the background process that has the old one',
    ),
    by(
      'ERROR: {"error"',
      'e2e/codex-refusals.test.ts',
      'a secret that was deleted while cordon runs ends codex exec at once, with the command that mends it',
    ),
  ],
  'docs/configuration.md': [
    by(
      'cordon secret set network.proxy',
      'cli/next-hop.test.ts',
      'the password of the proxy before cordon lies in a store, and a new one holds without a restart',
    ),
  ],
  'docs/copilot.md': [
    typed('cordon route add --host api.anthropic.com', {
      programs: { copilot: 'test "$ANTHROPIC_API_KEY" && test "$COPILOT_PROVIDER_TYPE" = anthropic' },
    }),
  ],
  'docs/devcontainer.md': [
    by(
      '"dockerComposeFile"',
      'integrations/devcontainer.test.ts',
      'a container that Compose makes gets a file for it, and one that is none yet is told what to take',
    ),
  ],
  'docs/install.md': [
    newcomer('sha256sum --check'),
    threeWays('npm install --global'),
    newcomer('cordon integration list'),
    newcomer('rm -rf'),
    by(
      'npm run build:binary',
      'release/release.test.ts',
      'a release adds up, and its package installs one other and runs, with a sentence for a Node that is too old',
    ),
  ],
  'docs/migration.md': [
    typed('cordon import --from-env', {
      before: 'cordon secret delete openai',
      env: { OPENAI_API_KEY: 'sk-made-up-by-a-test' },
    }),
    typed('cordon route add --host api.vendor.example', {
      before: 'echo VENDOR_API_KEY=vendor-made-up-by-a-test-1 > .env',
      after: 'grep placeholder .env',
    }),
  ],
  'docs/performance.md': [
    byNothing('npm run bench', 'it takes minutes to an hour, on a machine that does nothing else'),
  ],
  'docs/quick-start.md': [
    threeWays('npm ci && npm run build\n'),
    threeWays('npm ci && npm run build:binary'),
    threeWays('npm ci && npm run build && npm pack'),
    typed('cordon setup codex', { programs: { codex: 'true', python: 'test "$HTTPS_PROXY"' } }),
  ],
  'docs/running.md': [
    typed('curl --unix-socket', {
      before: 'mkdir -m 700 run && export XDG_RUNTIME_DIR="$PWD/run" && { cordon start & } && cordon wait',
      after: 'cordon stop',
    }),
  ],
  'docs/secrets.md': [
    typed('op read', { programs: { op: 'echo sk-made-up-by-a-test-2' } }),
    typed('cordon setup codex --yes', {
      programs: { codex: 'true' },
      env: { KEY_FROM_YOUR_VAULT: 'sk-made-up-by-a-test-3' },
      after: 'cordon stop',
    }),
    typed('cordon secret set openai'),
  ],
  'docs/service.md': [
    by(
      'cordon setup codex',
      'service/user-unit.test.ts',
      'the systemd of a user runs cordon in its sandbox, and starts it again when it was killed',
    ),
    by(
      'cordon service install --passphrase-file',
      'service/user-unit.test.ts',
      'a taken port is waited for, and a passphrase comes to the service as a credential',
    ),
    by('cordon route edit openai --source age', 'service/system-unit.test.ts', ownUser),
  ],
  'docs/troubleshooting.md': [
    by(
      'cordon doctor',
      'cli/doctor.test.ts',
      'doctor finds nothing to mend where all is set up, runs, and the origins prove their names',
    ),
  ],
  'docs/trust.md': [
    by(
      'cordon trust --dry-run',
      'e2e/trust-store.test.ts',
      'curl with the system store alone gets through cordon between trust and untrust',
    ),
  ],
}

/** Pages whose every block ```text is compared with what is printed. */
export const comparedPages: Readonly<Record<string, string>> = {
  'docs/errors.md': 'docs/reference.test.ts',
  'docs/troubleshooting.md': 'docs/troubleshooting.test.ts',
}

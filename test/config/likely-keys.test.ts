import assert from 'node:assert/strict'
import { test } from 'node:test'
import { likelyKeys } from '../../src/config/likely-keys.ts'

test('keys of vendors are told by their shape, whatever the variable is called', () => {
  const keys = {
    A: 'sk-proj-0123456789abcdefghij',
    B: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    C: 'AKIAIOSFODNN7EXAMPLE',
    D: `AIza${'Sy0123456789abcdefghijklmnopqrstuvw'}`,
    E: 'xoxb-123456789012-abcdef',
    F: 'github_pat_0123456789abcdefghij',
    G: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl',
  }

  assert.deepEqual(likelyKeys(keys), Object.keys(keys))
})

test('of other values only those with a name of a secret and too random to be words', () => {
  const found = likelyKeys({
    DEPLOY_TOKEN: 'p9XqT2mLwZ7rK4vB8nYc',
    aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    SERVICE_APIKEY: '0f9a6c1e7b3d5824',
    TOKEN: 'short1',
    API_KEY: 'changeme-changeme-changeme',
    MAX_TOKENS: '1234567890123456789',
    KEYBOARD: 'p9XqT2mLwZ7rK4vB8nYc',
    BUILD_ID: 'p9XqT2mLwZ7rK4vB8nYc',
    OPENAI_API_KEY: 'sk-cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way',
  })

  assert.deepEqual(found, ['DEPLOY_TOKEN', 'SERVICE_APIKEY', 'aws_secret_access_key'])
})

test('a job of GitHub Actions has its tokens named, and nothing else of its environment', () => {
  const job = {
    ACTIONS_CACHE_URL: 'https://acghubeus1.actions.githubusercontent.com/6Hh0kFTpAmvJ2X8c9sDq/',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: `eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJuYW1laWQiOiJkZGRkZGRkZC1kZGRk.${'c2lnbmF0dXJl'.repeat(3)}`,
    ACTIONS_ID_TOKEN_REQUEST_URL:
      'https://run-actions-3-azure-eastus.actions.githubusercontent.com/144/x/idtoken?api-version=2.0',
    ACTIONS_STEP_DEBUG: 'false',
    CI: 'true',
    DEPLOYMENT_BASEPATH: '/opt/runner',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR_ID: '583231',
    GITHUB_ENV: '/home/runner/work/_temp/_runner_file_commands/set_env_87406d6e-4979-4d42-98e1-3dab1f48b13a',
    GITHUB_REF: 'refs/pull/42/merge',
    GITHUB_RUN_ID: '1658821493',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
    GITHUB_TOKEN: `ghs_${'a1B2c3D4e5F6'.repeat(3)}`,
    GITHUB_WORKFLOW_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
    GOROOT_1_22_X64: '/opt/hostedtoolcache/go/1.22.4/x64',
    ImageVersion: '20240609.1.0',
    JAVA_HOME_21_X64: '/usr/lib/jvm/temurin-21-jdk-amd64',
    POWERSHELL_DISTRIBUTION_CHANNEL: 'GitHub-Actions-ubuntu22',
    RUNNER_TRACKING_ID: 'github_0c1ab6b8-5c2a-4a70-a9a9-6a1a3f1f0a55',
    SGX_AESM_ADDR: '1',
    XDG_CONFIG_HOME: '/home/runner/.config',
  }

  assert.deepEqual(likelyKeys(job), ['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'GITHUB_TOKEN'])
})

test("in a developer's shell the keys are named, and no socket, colour, path or fingerprint", () => {
  const harmless = {
    COLORTERM: 'truecolor',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus,guid=0b1c9f6d8e7a4c53',
    DIRENV_DIFF: 'eJyqVvLIzEnNK8pXslJKzMlRqgUAAAD__0123456789abcdef',
    DOCKER_HOST: 'unix:///run/user/1000/docker.sock',
    GIT_ASKPASS: '/usr/lib/code/askpass-4f1a2b3c.sh',
    GOOGLE_APPLICATION_CREDENTIALS: '/home/sam/.config/gcloud/adc-20240609.json',
    GPG_AGENT_INFO: '/run/user/1000/gnupg/S.gpg-agent:0:1',
    GPG_KEY: 'E3FF2839C048B25C084DEBE9B26995E310250568',
    HISTFILE: '/home/sam/.zsh_history',
    HOMEBREW_PREFIX: '/opt/homebrew',
    ITERM_SESSION_ID: 'w0t0p0:5C3D5B41-8E57-4E2B-9C44-3F9A6B1D2E70',
    LANGUAGE: 'sk-SK:en',
    LS_COLORS: 'rs=0:di=01;34:ln=01;36:mh=00:pi=40;33:so=01;35:*.tar=01;31:*.mp3=00;36',
    MAVEN_OPTS: '-Dhttps.proxyHost=127.0.0.1',
    NIX_PROFILES: '/nix/var/nix/profiles/default /home/sam/.nix-profile',
    OLDPWD: '/home/sam/src/project-2024-06-09',
    OPENAI_API_KEY: 'dummy',
    PWD: '/home/sam/src/task-0123456789abcdef0123',
    SSH_AUTH_SOCK: '/tmp/ssh-XXXXXXk3J9vQ/agent.2271',
    SSH_CONNECTION: '192.0.2.7 52341 192.0.2.9 22',
    SSL_CERT_FILE: '/home/sam/.config/cordon/certs/combined-ca.pem',
    TASK: 'task-risk-0123456789-abcdefgh',
    VSCODE_IPC_HOOK_CLI: '/run/user/1000/vscode-ipc-3f6c0d4e-91f2-4a46-8a52-7f0b5f1f3d2a.sock',
    WINDOWID: '62914567',
    XAUTHORITY: '/run/user/1000/.mutter-Xwaylandauth.A1B2C3',
  }
  const keys = {
    COMPOSER_AUTH: `{"github-oauth":{"github.com":"ghp_${'a1B2c3D4e5F6'.repeat(3)}"}}`,
    DATABASE_URL: 'postgres://app:hunter2@db.internal:5432/app',
    DOCKER_AUTH_CONFIG: '{"auths":{"registry.test":{"auth":"c2FtOmh1bnRlcjJodW50ZXIy"}}}',
    PGPASSWORD: 'p9XqT2mLwZ7rK4vB',
    SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T00000000/B00000000/0123456789abcdefghijklmn',
    'npm_config_//registry.test/:_authToken': 'p9XqT2mLwZ7rK4vB8nYc',
  }

  assert.deepEqual(likelyKeys(harmless), [])
  assert.deepEqual(likelyKeys({ ...harmless, ...keys }), Object.keys(keys))
})

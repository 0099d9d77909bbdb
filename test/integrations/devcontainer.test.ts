import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { parse } from 'yaml'
import { devcontainer } from '../../src/integrations/devcontainer.ts'
import { setUp, snapshot, startFolders, takeBack } from './settings-world.ts'

const file = 'project/.devcontainer/devcontainer.json'
const own = '// ours\n{\n\t"image": "debian:13", // small\n\t"runArgs": ["--init"],\n}\n'

test('devcontainer.json names the variables and what is trusted, and holds no client token', async (t) => {
  const { context, root, project } = startFolders(t, { [file]: own })
  const before = snapshot(root)

  await setUp(devcontainer, context('project'))
  const text = readFileSync(join(root, file), 'utf8')
  const again = devcontainer.plan(context('project'))
  await setUp(devcontainer, context('project', 6791))
  const variables = readFileSync(join(project, '.devcontainer/cordon.env'), 'utf8')
  await takeBack(devcontainer, context('project'))

  assert.match(text, /^\/\/ ours\n\{\n\t"image": "debian:13", \/\/ small\n/)
  assert.match(text, /"--init",\s+"--env-file=\$\{localWorkspaceFolder\}\/\.devcontainer\/cordon\.env"/)
  assert.match(text, /source=.*\/certs\/ca-cert\.pem,target=\/etc\/cordon\/ca-cert\.pem,readonly/)
  assert.doesNotMatch(text, /t{43}|ca-key/)
  assert.match(variables, /^HTTPS_PROXY=http:\/\/user:t{43}@.*:6791$/m)
  assert.deepEqual(again.changes, [])
  assert.deepEqual(snapshot(root), before)
})

test('the variables name the trusted files where the container has them', async (t) => {
  const { context, project } = startFolders(t)
  const there = context('project')
  const variables = { ...there.variables, SSL_CERT_FILE: join(there.stateFolder, 'certs', 'combined-ca.pem') }

  await setUp(devcontainer, { ...there, variables })

  const text = readFileSync(join(project, '.devcontainer/cordon.env'), 'utf8')
  assert.match(text, /^SSL_CERT_FILE=\/etc\/cordon\/combined-ca\.pem$/m)
})

test('items that a person added to devcontainer.json since stay', async (t) => {
  const { context, root } = startFolders(t, { [file]: own })
  await setUp(devcontainer, context('project'))
  const path = join(root, file)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"--init",', '"--init", "--mine",'))

  await takeBack(devcontainer, context('project'))

  const text = readFileSync(path, 'utf8')
  assert.match(text, /"runArgs": \[\s*"--init", "--mine"\s*\]/)
  assert.doesNotMatch(text, /cordon|mounts|network/)
})

test('a container that Compose makes gets a file for it, and one that is none yet is told what to take', async (t) => {
  const compose = startFolders(t, { [file]: '{ "dockerComposeFile": "compose.yaml", "service": "web" }\n' })
  const none = startFolders(t)

  await setUp(devcontainer, compose.context('project'))
  const text = readFileSync(join(compose.project, '.devcontainer/cordon.compose.yaml'), 'utf8')
  const notices = [compose, none].flatMap(({ context }) => devcontainer.plan(context('project')).notices)

  const network =
    process.platform === 'linux' ? { network_mode: 'host' } : { extra_hosts: ['host.docker.internal:host-gateway'] }
  const certs = join(compose.context('project').stateFolder, 'certs')
  assert.deepEqual(parse(text), {
    services: {
      web: {
        env_file: join(compose.project, '.devcontainer/cordon.env'),
        ...network,
        volumes: ['ca-cert.pem', 'combined-ca.pem'].map((name) => `${join(certs, name)}:/etc/cordon/${name}:ro`),
      },
    },
  })
  assert.match(notices[0] ?? '', /is made by Compose.*put "cordon\.compose\.yaml" behind the other files/)
  assert.match(notices[1] ?? '', /There is no .*devcontainer\.json/)
})

import type { Program } from '../../src/service/init-system.ts'

const folder = '/srv/a "b" $HOME %h \\n \'c\' & <né> --- 100 %'

/** A program whose every text holds what some init system takes for its own. */
export const oddProgram: Program = {
  id: 'cordon-demo-2',
  description: 'a 100 % sound "program"',
  start: [process.execPath, 'start', '--config', `${folder}/cordon.toml`],
  stop: [process.execPath, 'stop'],
  reloadSignal: 'HUP',
  hopeless: [2, 3],
  notes: { config: `${folder}/cordon.toml` },
  hasNamespaces: true,
  folder,
  env: { XDG_CONFIG_HOME: '/srv/a b/%i' },
  writable: ['/srv/a b', '/srv/c'],
  runtimeFolder: 'demo',
  logPath: `${folder}/service.log`,
  credentials: { 'cordon-passphrase': '/etc/a pass' },
}

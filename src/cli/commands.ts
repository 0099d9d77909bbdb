import type { Command } from 'commander'
import type { Context } from './context.ts'

/** A command as the page of the program lists it; what it needs is loaded when it is typed, and not before. */
export interface Entry {
  name: string
  /** What is typed behind the name. */
  usage: string
  summary: string
  load(context: Context): Promise<Command>
}

/** Every command of the program, under the headings of its page. */
export const commandGroups: readonly { heading: string; entries: readonly Entry[] }[] = [
  {
    heading: 'Begin:',
    entries: [
      {
        name: 'setup',
        usage: '[agent]',
        summary: 'make a CA, cordon.toml and a client token, and wire an agent to them',
        load: async (context) => (await import('./setup/setup.ts')).setupCommand(context),
      },
      {
        name: 'import',
        usage: '[file]',
        summary: 'move real keys out of a .env file into the secret store',
        load: async (context) => (await import('./import/import.ts')).importCommand(context),
      },
      {
        name: 'start',
        usage: '',
        summary: 'run the proxy in the foreground',
        load: async (context) => (await import('./start/start.ts')).startCommand(context),
      },
      {
        name: 'run',
        usage: '-- <command> [args]',
        summary: 'run a command through it, with placeholders for keys',
        load: async (context) => (await import('./run/run.ts')).runCommand(context),
      },
      {
        name: 'reload',
        usage: '',
        summary: 'let the running proxy read its files again',
        load: async (context) => (await import('./reload.ts')).reloadCommand(context),
      },
      {
        name: 'stop',
        usage: '',
        summary: 'end the proxy, once what streams has come to its end',
        load: async (context) => (await import('./stop.ts')).stopCommand(context),
      },
      {
        name: 'env',
        usage: '',
        summary: 'print the variables that lead a program through cordon',
        load: async (context) => (await import('./env.ts')).envCommand(context),
      },
    ],
  },
  {
    heading: 'Manage:',
    entries: [
      {
        name: 'route',
        usage: 'add|edit|list|show|remove',
        summary: 'say which hosts get which credential',
        load: async (context) => (await import('./route/route.ts')).routeCommand(context),
      },
      {
        name: 'allow',
        usage: '',
        summary: 'let cordon.toml do what was edited into it by hand',
        load: async (context) => (await import('./allow.ts')).allowCommand(context),
      },
      {
        name: 'secret',
        usage: 'set|list|check|delete|passphrase',
        summary: 'put real keys into their store, and look after them',
        load: async (context) => (await import('./secret/secret.ts')).secretCommand(context),
      },
      {
        name: 'token',
        usage: 'add|list|rotate|revoke',
        summary: 'look after the tokens that clients show to the proxy',
        load: async (context) => (await import('./token/token.ts')).tokenCommand(context),
      },
      {
        name: 'integration',
        usage: 'list|disable',
        summary: 'see which agents are set up, and take a set-up back',
        load: async (context) => (await import('./integration/integration.ts')).integrationCommand(context),
      },
      {
        name: 'service',
        usage: 'install|uninstall|status|logs|…',
        summary: 'let the init system keep the proxy running',
        load: async (context) => (await import('./service/service.ts')).serviceCommand(context),
      },
      {
        name: 'trust',
        usage: '',
        summary: 'let trust stores believe the CA, for routed hosts',
        load: async (context) => (await import('./trust/trust.ts')).trustCommand(context),
      },
      {
        name: 'untrust',
        usage: '',
        summary: 'take it out of them again',
        load: async (context) => (await import('./trust/untrust.ts')).untrustCommand(context),
      },
    ],
  },
  {
    heading: 'Ask:',
    entries: [
      {
        name: 'doctor',
        usage: '',
        summary: 'look at everything and say what would mend it',
        load: async (context) => (await import('./doctor.ts')).doctorCommand(context),
      },
      {
        name: 'status',
        usage: '',
        summary: 'tell what the proxy does: routes, clients, the last error',
        load: async (context) => (await import('./status.ts')).statusCommand(context),
      },
      {
        name: 'logs',
        usage: '',
        summary: 'print the log of the running proxy',
        load: async (context) => (await import('./logs.ts')).logsCommand(context),
      },
      {
        name: 'wait',
        usage: '',
        summary: 'return once the proxy accepts',
        load: async (context) => (await import('./wait.ts')).waitCommand(context),
      },
      {
        name: 'completion',
        usage: 'bash|zsh|fish',
        summary: 'print what makes the shell complete commands and names',
        load: async (context) => (await import('./completion/completion.ts')).completionCommand(context),
      },
      {
        name: 'help',
        usage: '[command|topic]',
        summary: 'print the page of a command, or a page of `cordon help topics`',
        load: async (context) => (await import('./help/help.ts')).helpCommand(context),
      },
    ],
  },
]

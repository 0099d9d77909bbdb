import { Command } from 'commander'
import { revokeToken } from '../../config/tokens.ts'
import { type Context, type Placed, placed, scopeIn } from '../context.ts'

export const tokenRevoke = (context: Context) =>
  placed(new Command('revoke'))
    .summary('make a client token worthless, from the next request on')
    .argument('<name>', 'as `cordon token list` prints it')
    .action((name: string, options: Placed) => {
      const wasThere = revokeToken(scopeIn(context, options).tokensPath, name)
      context.terminal.done(
        wasThere
          ? `Revoked the client token ${name}; requests with it are refused from now on.`
          : `There is no client token ${name} already.`,
      )
    })

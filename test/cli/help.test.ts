import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allCommands } from './all-commands.ts'
import { noTerminal, onTerminal } from './terminal.ts'
import { openPage } from './transcript.ts'

test('the page of the program reads as a page', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon --help
    Usage: cordon <command> [options]

    A local credential boundary for coding agents: they hold a placeholder, cordon puts the real key in
    on the way.

    Options:
      -V, --version                            print the version and how it was built
      -h, --help                               print this page

    Begin:
      setup [agent]                            make a CA, cordon.toml and a client token, and wire an
                                               agent to them
      import [file]                            move real keys out of a .env file into the secret store
      start                                    run the proxy in the foreground
      run -- <command> [args]                  run a command through it, with placeholders for keys
      reload                                   let the running proxy read its files again
      stop                                     end the proxy, once what streams has come to its end
      env                                      print the variables that lead a program through cordon

    Manage:
      route add|edit|list|show|remove          say which hosts get which credential
      allow                                    let cordon.toml do what was edited into it by hand
      secret set|list|check|delete|passphrase  put real keys into their store, and look after them
      token add|list|rotate|revoke             look after the tokens that clients show to the proxy
      integration list|disable                 see which agents are set up, and take a set-up back
      service install|uninstall|status|logs|…  let the init system keep the proxy running
      trust                                    let trust stores believe the CA, for routed hosts
      untrust                                  take it out of them again

    Ask:
      doctor                                   look at everything and say what would mend it
      status                                   tell what the proxy does: routes, clients, the last error
      logs                                     print the log of the running proxy
      wait                                     return once the proxy accepts
      completion bash|zsh|fish                 print what makes the shell complete commands and names
      help [command|topic]                     print the page of a command, or a page of \`cordon help
                                               topics\`

    First steps:
      $ cordon setup codex          make what is missing, and wire Codex to it
      $ cordon secret set openai    put the real key into its store
      $ cordon start                run the proxy

    cordon.toml is this folder's, the user's with --scope user, or --config PATH.

    Exit codes:
        0  done, or it was so already
        1  a check failed, or the work could not be done
        2  the command line is wrong
        3  cordon.toml, the CA or the tokens are missing or faulty
        4  a secret is missing, or its store did not open
        5  the proxy does not run, or its port is taken
       70  a bug of cordon
      126  the command of \`cordon run\` may not be executed
      127  the command of \`cordon run\` does not exist
  `)
})

test('the page of each group and command says what it does in sentences', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon route --help
    Usage: cordon route <command> [options]

    Say which hosts get which credential.

    Options:
      -h, --help               print this page

    Commands:
      add [options]            add a route; without flags, on a terminal, it asks
      edit [options] <name>    change what the flags name, and nothing else of the file
      list [options]           list the routes
      show [options] <name>    show one route
      remove [options] <name>  take a route out of the file; its secret stays in its store
    $ cordon help start
    Usage: cordon start [options]

    Run the proxy in the foreground, on 127.0.0.1 alone. Ctrl+C or \`cordon stop\` ends it; what streams
    then may go on for 30 s.

    Options:
      -c, --config <path>     the cordon.toml to use
      --scope <project|user>  this folder's cordon.toml, or the user's own
      --log-level <level>     how much it tells on stderr (choices: "trace", "debug", "info", "warn",
                              "error", default: "info")
      --keep-going            start although secrets are missing; requests of those routes are refused
      --log-file <path>       print to the end of a file; one of 8 MiB is put aside as PATH.1
      --while-commands-run    stop when no command of \`cordon run\` lives any more
      -h, --help              print this page
    $ cordon secret set --help
    Usage: cordon secret set [options] <route>

    Store the secret of a route in the store that the route names. It is asked for without showing it,
    or read from stdin; it is never an argument.

    Arguments:
      route                   a route of cordon.toml, or network.proxy

    Options:
      -c, --config <path>     the cordon.toml to use
      --scope <project|user>  this folder's cordon.toml, or the user's own
      -h, --help              print this page

      $ cordon secret set openai
      $ op read op://dev/github/token | cordon secret set github
  `)
})

test('the page of every command begins with its usage and a sentence, ends with 0, and fits 100 columns, or 80 of a terminal', async (t) => {
  const page = openPage(t)
  const names = ['', ...(await allCommands()).map(({ name }) => name)]
  const tooWide = (text: string, columns: number) => text.split('\n').filter((line) => line.length > columns)

  for (const name of names) {
    const { stdout, stderr, code } = await page.typed(`cordon ${name} --help`)
    assert.deepEqual([code, stderr, tooWide(stdout, 100)], [0, '', []], name)
    assert.match(stdout, /^Usage: cordon [^\n]+\n\n[A-Z][^\n]+/, name)
  }
  if (noTerminal) return
  const script = names.map((name) => `cordon ${name} --help`).join('; ')
  const screen = await onTerminal(page.desk, ['sh', '-c', script], [], { columns: 80 })
  assert.equal(screen.text.match(/^Usage: /gm)?.length, names.length)
  assert.deepEqual(tooWide(screen.text, 80), [])
})

test('a command line that is wrong is told what was meant, and ends with 2', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon stauts
    2> ✗ \`cordon\` has no command stauts. (usage)
    2>   hint: did you mean status?
    [2]
    $ cordon route lst
    2> ✗ \`cordon route\` has no command lst. (usage)
    2>   hint: did you mean list?
    [2]
    $ cordon frobnicate
    2> ✗ \`cordon\` has no command frobnicate. (usage)
    2>   hint: see \`cordon --help\`
    [2]
    $ cordon start --keep-goin
    2> ✗ \`cordon start\` has no option --keep-goin. (usage)
    2>   hint: did you mean --keep-going?
    [2]
    $ cordon start --loud
    2> ✗ \`cordon start\` has no option --loud. (usage)
    2>   hint: see \`cordon start --help\`
    [2]
    $ cordon status now
    2> ✗ \`cordon status\` takes fewer arguments than it was given. (usage)
    2>   hint: see \`cordon status --help\`
    [2]
    $ cordon secret set
    2> ✗ \`cordon secret set\` needs its argument <route>. (usage)
    2>   hint: see \`cordon secret set --help\`
    [2]
    $ cordon route add --host
    2> ✗ The option --host <host> was given without its value. (usage)
    2>   hint: see \`cordon route add --help\`
    [2]
    $ cordon status --config a.toml --scope user
    2> ✗ --config and --scope cannot be given together. (usage)
    2>   hint: give one of them
    [2]
    $ cordon status --jsn
    2> ✗ \`cordon status\` has no option --jsn. (usage)
    2>   hint: did you mean --json?
    [2]
    $ cordon stauts --json
    {
      "error": {
        "code": "usage",
        "message": "\`cordon\` has no command stauts.",
        "hint": "did you mean status?"
      }
    }
    [2]
  `)
})

test('without a command the page is printed, and the exit code says that one is missing', async (t) => {
  const page = openPage(t)
  const { stdout } = await page.typed('cordon --help')

  const bare = await page.typed('cordon')

  assert.deepEqual([bare.code, bare.stdout, bare.stderr], [2, '', stdout])
})

test('a reader who leaves ends nothing half-done, and output that cannot be written is told in a sentence', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; cordon token add ci; cordon token add bot')

  await page.reads(`
    $ cordon token rotate --all 2> told | true; cat told; cordon token list | wc -l
      next: eval "$(cordon env)"
    4
    $ cordon token list --json > /dev/full
    2> ✗ What is printed cannot be written: ENOSPC: no space left on device, write. (file_unwritable)
    [1]
    $ cordon --help > /dev/full
    2> ✗ What is printed cannot be written: ENOSPC: no space left on device, write. (file_unwritable)
    [1]
  `)
})

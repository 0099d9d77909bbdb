/** What an error means to a shell. `cordon help` prints this table. */
export const exitCodes = {
  0: 'done, or it was so already',
  1: 'a check failed, or the work could not be done',
  2: 'the command line is wrong',
  3: 'cordon.toml, the CA or the tokens are missing or faulty',
  4: 'a secret is missing, or its store did not open',
  5: 'the proxy does not run, or its port is taken',
  70: 'a bug of cordon',
  126: 'the command of `cordon run` may not be executed',
  127: 'the command of `cordon run` does not exist',
} as const

export type ExitCode = keyof typeof exitCodes

const byCode: readonly [RegExp, ExitCode][] = [
  [/^usage$/, 2],
  [/^command_unfit$/, 126],
  [/^command_missing$/, 127],
  [/^(config_|toml_|edit_|route_|ca_|tokens_|token_|trust_|symlink_refused)/, 3],
  [/^(secret_|keyring_|store_|age_|identity_|passphrase_)/, 4],
  [/^(port_|proxy_)/, 5],
]

export function exitCodeOf(code: string): ExitCode {
  return byCode.find(([pattern]) => pattern.test(code))?.[1] ?? 1
}

/** Ends a command with an exit code, ours or that of a program we ran, when there is nothing left to say. */
export class QuietExit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

/** What a service with a user of its own keeps from every other user but root. */

/** Its files and folders, the control socket among them, and what Linux tells of its process. */
export function closedPaths(home: string, pid: string | number): string[] {
  const files = ['', '/cordon/cordon.toml', '/cordon/secrets.age', '/cordon/secrets.identity', '/cordon/run']
  const ofScope = ['tokens.toml', 'certs/ca-key.pem', 'run.json'].map((file) => `/cordon/user/${file}`)
  return [
    ...[...files, ...ofScope].map((path) => `${home}${path}`),
    ...['environ', 'mem', 'maps', 'fd'].map((file) => `/proc/${pid}/${file}`),
  ]
}

/** A shell's way to look into a file or a folder. */
export const lookInto = (path: string) => `if test -d '${path}'; then ls '${path}'; else cat '${path}'; fi`

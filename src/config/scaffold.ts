/** The text of a fresh `cordon.toml`: short, and a person can go on from it. */
export function scaffold(listen: number): string {
  return `# Which origins get which credential. The credentials themselves lie in a secret store, never here.

# The port of 127.0.0.1 that agents have as their proxy.
listen = ${listen}

# Each origin is a route. \`cordon route add\` writes one like this:
#
#   [[routes]]
#   name = "openai"
#   match.host = "api.openai.com"
#   auth.type = "header"
#   auth.header_name = "Authorization"
#   auth.scheme = "Bearer"
#   auth.secret = { source = "keyring", account = "openai" }
`
}

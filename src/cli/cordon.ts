#!/usr/bin/env node
// The first file that runs: on a Node that is too old for the rest it says so in one sentence.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 24 || (major === 24 && minor < 10)) {
  process.stderr.write(`✗ cordon needs Node 24.10 or newer, and this is ${process.versions.node}. (node_too_old)\n`)
  process.exitCode = 1
} else {
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv.slice(2))
}

export {}

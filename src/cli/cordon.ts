#!/usr/bin/env node
// The first file that runs: on a Node that is too old for the rest it says so in one sentence. Older ones than these send no
// interim answers (`ServerResponse.writeInformation`) or do not verify the name of an origin that is an IPv6 address.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

const isTooOld = major === 24 ? minor < 20 : major === 26 ? minor < 2 : major < 26

if (isTooOld) {
  const { node } = process.versions
  const { code, sentence, hint } = {
    code: 'node_too_old',
    sentence: `cordon needs Node 24.20, 26.2 or a newer one, and this is ${node}.`,
    hint: 'install a newer one, or take the executable, which brings its own',
  }
  process.stderr.write(`✗ ${sentence} (${code})\n  hint: ${hint}\n`)
  process.exitCode = 1
} else {
  // No `await` at the top: the script of an executable is CommonJS, which has none.
  import('./main.ts')
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code
    })
}

// Makes a bare clone ready: installs the packages of package-lock.json when they are missing or stale. Runs on any Node.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const wanted = packagesOf('package-lock.json')
const installed = packagesOf('node_modules/.package-lock.json')

if (
  !installed ||
  Object.keys(installed).some((path) => installed[path].version !== wanted[path]?.version) ||
  isMissingSome()
) {
  console.error('Installing the packages of package-lock.json ...')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Packages for other platforms are optional and never installed. */
function isMissingSome() {
  return Object.keys(wanted).some((path) => path !== '' && !wanted[path].optional && !installed[path])
}

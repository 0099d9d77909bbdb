import { build } from '../base/build.ts'

/** What `cordon --version` prints: one line for a person, or JSON. */
export function versionText(asJson: boolean): string {
  const { version, commit, shape } = build
  const platform = `${process.platform}-${process.arch}`
  if (asJson) return JSON.stringify({ version, commit, node: process.versions.node, platform, build: shape }, null, 2)
  return `cordon ${version} (commit ${commit ?? 'unknown'}, Node ${process.versions.node}, ${platform}, ${told[shape]})`
}

const told = { binary: 'one binary', package: 'npm package', source: 'from source' } as const

import fc from 'fast-check'
import { editsOfEnds, editsOfLines, editsOfValues } from './edits.ts'
import { inManner, manner, marked, type PersonsFile, persons } from './file.ts'

const topOfToml = [
  'model = "v#" # c#',
  'k# = "v#"',
  '# c#',
  '',
  'k# = [\n  "v#", # c#\n  "v#",\n]',
  'k# = """\nv#\n  v#"""',
  'k#.inner = "v#"',
  'k# = { a = "v#", b = 1 }',
  "k# = 'v#'",
]
const tablesOfToml = [
  '[k#]\nk# = "v#"\n',
  '# c#\n[k#.deep] # c#\n  k# = "v#"\n\n',
  '[[list]]\nname = "v#"\n[[list]]\nname = "v#"\n',
  '[mcp_servers.k#]\ncommand = "v#"\nenv = { A = "v#" }\n',
]
/** Our own tables, as a person may have written them; one of each row. */
const sharedToml = [
  [
    '',
    '[sandbox_workspace_write]\nwritable_roots = ["v#"]\n',
    '[sandbox_workspace_write]\nnetwork_access = true # c#\n',
  ],
  [
    '',
    '[shell_environment_policy]\ninherit = "all" # c#\n',
    '[shell_environment_policy]\nset = { K# = "v#" }\n',
    '[shell_environment_policy]\nset = { "HTTPS_PROXY" = \'v#\', K# = "v#" }\n',
    '[shell_environment_policy.set]\n# c#\nK# = "v#"\n',
    '[shell_environment_policy.set]\nHTTPS_PROXY = \'v#\' # c#\nK# = "v#"\n',
    '[shell_environment_policy]\nset.K# = "v#"\nset.HTTPS_PROXY = "v#"\n',
  ],
  [
    '',
    '[features]\nk# = true\n',
    '[features]\ndaemon_auto_start = true\n',
    '[features]\ndaemon_auto_start = false # c#\n',
  ],
]
const sharedTop = [
  'shell_environment_policy = { set = { K# = "v#" } }',
  'features.k# = true',
  'sandbox_mode = "workspace-write" # c#',
]

/** TOML, with some of the keys that Codex has and we set. */
export function tomlFile(): fc.Arbitrary<PersonsFile> {
  const shared = fc.tuple(...sharedToml.map((row) => fc.constantFrom(...row)))
  return fc
    .tuple(
      fc.array(fc.constantFrom(...topOfToml), { maxLength: 4 }),
      fc.subarray(sharedTop),
      fc.array(fc.constantFrom(...tablesOfToml), { maxLength: 2 }),
      shared,
      fc.boolean(),
      manner,
    )
    .map(([top, topShared, tables, ours, isOursFirst, how]) => {
      // A key may be told once: as a line at the top, or as a table.
      const [sandbox = '', policy = '', features = ''] = ours
      const told = [
        sandbox,
        topShared.some((line) => line.startsWith('shell')) ? '' : policy,
        topShared.some((line) => line.startsWith('features')) ? '' : features,
      ]
      const seen = new Set<string>()
      const once = [...top, ...topShared].filter((line) => {
        const key = line.split(' ')[0] ?? ''
        return key.startsWith('k#') || line === '' || key === '#' || (!seen.has(key) && seen.add(key))
      })
      const lists = tables.filter((table, index) => !table.startsWith('[[list') || tables.indexOf(table) === index)
      const sections = isOursFirst ? [...told, ...lists] : [...lists, ...told]
      const text = inManner(marked([...once.map((line) => `${line}\n`), ...sections].join('')), how)
      return persons(text, [
        ...editsOfValues(text),
        ...editsOfLines(text, (n) => `new${n} = 1`),
        ...editsOfEnds(text, (n) => `[new.table${n}]\nx = 1`),
      ])
    })
}

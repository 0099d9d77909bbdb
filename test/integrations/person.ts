/**
 * What a person has in a file, and what the person does to it later, made by chance. Values and comments are marked
 * (`v7`, `c7`), so that one edit means the same in the text as it was and in the text with our lines in it.
 */
import fc from 'fast-check'
import type { JsonPath } from '../../src/integrations/json-text.ts'

/** A later edit of a person; a text without the place that it is about stays as it is. */
export interface Edit {
  /** For the words of a failure. */
  name: string
  apply(text: string): string
}

/** The file and the edits that may come later. */
export interface PersonsFile {
  text: string
  edits: Edit[]
}

/** As a counterexample tells it. */
const persons = (text: string, edits: Edit[]): PersonsFile =>
  Object.assign({ text, edits }, { [fc.toStringMethod]: () => JSON.stringify(text) })

/** How the person's editor ends lines and files. */
interface Manner {
  eol: '\n' | '\r\n'
  hasFinalNewline: boolean
  hasMark: boolean
}

const manner: fc.Arbitrary<Manner> = fc.record({
  eol: fc.constantFrom('\n', '\n', '\r\n'),
  hasFinalNewline: fc.boolean(),
  hasMark: fc.boolean(),
})

const inManner = (text: string, { eol, hasFinalNewline, hasMark }: Manner): string =>
  (hasMark ? '\uFEFF' : '') + (hasFinalNewline ? text : text.replace(/\n+$/, '')).replaceAll('\n', eol)

/** Marks each `v#`, `c#` and `k#` of a drawing with a number of its own. */
function marked(text: string): string {
  let count = 0
  return text.replace(/\b([vckK])#/g, (_, letter: string) => `${letter}${count++}`)
}

const drawn = <T>(list: readonly T[]) => fc.subarray([...list])

// ---------------------------------------------------------------- dotenv, exclude files

/** Lines, some of them about variables that are ours too. */
export function plainFile(names: readonly string[]): fc.Arbitrary<PersonsFile> {
  const line = fc.oneof(
    { weight: 3, arbitrary: fc.constant('k#=v#') },
    fc.constantFrom('# c#', '', 'export k#="v#" # c#', "k# = 'v# with blanks'", 'k#="v#\n  of two lines"', '  k#=v#'),
    { weight: 1, arbitrary: fc.constantFrom(...names.map((name) => `${name}=v#`), 'k#=v#') },
  )
  return fc.tuple(fc.array(line, { maxLength: 7 }), manner).map(([lines, how]) => {
    const text = inManner(marked(lines.map((one) => `${one}\n`).join('')), how)
    return persons(text, [...editsOfValues(text), ...editsOfLines(text, (n) => `NEW${n}=1`), ...editsOfEnds(text)])
  })
}

// ---------------------------------------------------------------- YAML

export function yamlFile(): fc.Arbitrary<PersonsFile> {
  const line = fc.constantFrom(
    'k#: v#',
    'k#: v# # c#',
    '# c#',
    '',
    'k#: &a# v#',
    'k#:\n  - v#\n  - v#',
    'k#: |\n  v#\n  v#',
    'k#:\n- v#',
    'k#: "v#"',
    'k#: {a: v#, b: [v#]}',
  )
  const aliased = fc.constantFrom(
    '',
    'base: &base\n  a: v#\nderived:\n  <<: *base\n',
    '---\n',
    '{k#: v#, k#: v#}\n',
    '"env-file": v#\n',
    'env-file: v#\n',
  )
  return fc.tuple(aliased, fc.array(line, { maxLength: 5 }), manner).map(([head, lines, how]) => {
    const body = head.startsWith('{') ? '' : lines.map((one) => `${one}\n`).join('')
    const text = inManner(marked(head + body), how)
    return persons(text, [...editsOfValues(text), ...editsOfLines(text, (n) => `new${n}: 1`), ...editsOfEnds(text)])
  })
}

// ---------------------------------------------------------------- TOML

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

export function tomlFile(): fc.Arbitrary<PersonsFile> {
  const shared = fc.tuple(...sharedToml.map((row) => fc.constantFrom(...row)))
  return fc
    .tuple(
      fc.array(fc.constantFrom(...topOfToml), { maxLength: 4 }),
      drawn(sharedTop),
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

// ---------------------------------------------------------------- JSON, with comments

type Json = { kind: 'value'; raw: string } | { kind: 'object'; members: Member[] } | { kind: 'array'; items: Json[] }
interface Member {
  key: string
  value: Json
  above: string
  beside: string
}

interface JsonManner {
  indent: string
  isOneLine: boolean
  hasComments: boolean
  hasTrailingComma: boolean
}

const jsonManner: fc.Arbitrary<JsonManner> = fc.record({
  indent: fc.constantFrom('  ', '    ', '\t', ''),
  isOneLine: fc.boolean(),
  hasComments: fc.boolean(),
  hasTrailingComma: fc.boolean(),
})

const scalar: fc.Arbitrary<Json> = fc
  .constantFrom('"v#"', '"v#"', 'true', '1.50', 'null', '"\\u0041 v#"')
  .map((raw) => ({ kind: 'value', raw }))

const tree: fc.Arbitrary<Json> = fc.letrec<{ json: Json; member: Member }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('member'), { maxLength: 3 }).map((members) => ({ kind: 'object', members }) as const),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => ({ kind: 'array', items }) as const),
  ),
  member: fc.record({
    key: fc.constant('k#'),
    value: tie('json'),
    above: fc.constantFrom('', '// c#', '/* c# */'),
    beside: fc.constantFrom('', '// c#', '/* c# */'),
  }),
})).json

const members: fc.Arbitrary<Member[]> = fc.array(
  fc.record({
    key: fc.constant('k#'),
    value: tree,
    above: fc.constantFrom('', '// c#', '/* c# */'),
    beside: fc.constantFrom('', '// c#', '/* c# */'),
  }),
  { maxLength: 3 },
)

/** A person's own value at a path of ours, or what stands on the way there. */
function grafted(root: Member[], path: JsonPath, own: Json, at: number): Member[] {
  const [first, ...rest] = path.map(String)
  if (first === undefined) return root
  const there = root.find(({ key }) => key === first)
  if (rest.length === 0) return there ? root : root.toSpliced(at, 0, { key: first, value: own, above: '', beside: '' })
  const inner = there?.value.kind === 'object' ? there.value.members : []
  const value: Json = { kind: 'object', members: grafted(inner, rest, own, at) }
  return there
    ? root.map((member) => (member === there ? { ...member, value } : member))
    : root.toSpliced(at, 0, { key: first, value, above: '', beside: '' })
}

/** An object, with whatever of these paths the person has too: `values` are strings of ours, `arrays` lists that we add to. */
export function jsonFile(values: readonly JsonPath[], arrays: readonly JsonPath[]): fc.Arbitrary<PersonsFile> {
  const graft = fc.record({
    path: fc.constantFrom(...values, ...arrays),
    depth: fc.integer({ min: 1, max: 4 }),
    inner: members,
    items: fc.array(tree, { maxLength: 2 }),
    at: fc.integer({ min: 0, max: 2 }),
  })
  return fc.tuple(members, fc.array(graft, { maxLength: 3 }), jsonManner, manner).map(([own, grafts, style, how]) => {
    const root = grafts.reduce((rest, { path, depth, inner, items, at }) => {
      const isWhole = depth >= path.length
      const isArray = arrays.includes(path)
      const value: Json = !isWhole
        ? { kind: 'object', members: inner }
        : isArray
          ? { kind: 'array', items }
          : { kind: 'value', raw: '"v#"' }
      return grafted(rest, path.slice(0, depth), value, at)
    }, own)
    const text = inManner(marked(`${rendered({ kind: 'object', members: root }, style, '')}\n`), how)
    return persons(text, editsOfJson(text))
  })
}

function rendered(json: Json, style: JsonManner, margin: string): string {
  if (json.kind === 'value') return json.raw
  const { isOneLine, hasComments, indent, hasTrailingComma } = style
  const inner = margin + indent
  const parts =
    json.kind === 'array'
      ? json.items.map((item) => ({ text: rendered(item, style, inner), above: '', beside: '' }))
      : json.members.map(({ key, value, above, beside }) => ({
          text: `"${key}":${isOneLine ? '' : ' '}${rendered(value, style, inner)}`,
          above,
          beside,
        }))
  const [open, close] = json.kind === 'array' ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return open + close
  if (isOneLine) return open + parts.map(({ text }) => text).join(',') + close
  const lines = parts.map(({ text, above, beside }, index) => {
    const comma = index < parts.length - 1 || hasTrailingComma ? ',' : ''
    const head = hasComments && above !== '' ? `${inner}${above}\n` : ''
    return `${head}${inner}${text}${comma}${hasComments && beside !== '' ? ` ${beside}` : ''}\n`
  })
  return `${open}\n${lines.join('')}${margin}${close}`
}

function editsOfJson(text: string): Edit[] {
  const eol = eolOf(text)
  const keys = text.match(/"k\d+":/g) ?? []
  return [
    ...editsOfValues(text),
    ...keys.flatMap((key, index): Edit[] => [
      replacing(`a comment before ${key}`, key, `/* new ${index} */ ${key}`),
      replacing(`a line above ${key}`, key, `// new ${index}${eol}${key}`),
      replacing(`a member before ${key}`, key, `"new${index}": [1, 2], ${key}`),
    ]),
    ...(text.match(/"v\d+"(?=[,\s}\]])/g) ?? []).flatMap((value): Edit[] => [
      replacing(`a comment behind ${value}`, value, `${value} /* new */`),
    ]),
    ...(text.match(/"k\d+": ?"v\d+",/g) ?? []).map((member) => replacing(`${member} is gone`, member, '')),
    { name: 'a comment at the top', apply: (now) => now.replace(/^(\uFEFF?)/, `$1// new top${eol}`) },
    { name: 'a comment at the end', apply: (now) => `${now}${now.endsWith('\n') ? '' : eol}// new end${eol}` },
  ]
}

// ---------------------------------------------------------------- edits

/** A text of one line has no line end to go by. */
const eolOf = (text: string) => /\r?\n/.exec(text)?.[0] ?? '\n'

const replacing = (name: string, place: string, by: string): Edit => ({
  name,
  apply: (text) => text.replace(place, () => by),
})

const editsOfValues = (text: string): Edit[] =>
  (text.match(/\bv\d+\b/g) ?? []).map((value) => ({
    name: `${value} is another`,
    apply: (now) => now.replace(new RegExp(`\\b${value}\\b`), `other-${value}`),
  }))

/** About whole lines that begin with a key or a comment of the person. */
function editsOfLines(text: string, assignment: (n: number) => string): Edit[] {
  const eol = eolOf(text)
  const starts = text.match(/^(k\d+|# c\d+)\b/gm) ?? []
  return starts.flatMap((start, index): Edit[] => {
    const line = new RegExp(`^(${start}\\b.*)`, 'm')
    return [
      { name: `a comment above ${start}`, apply: (now) => now.replace(line, `# new ${index}${eol}$1`) },
      { name: `a line above ${start}`, apply: (now) => now.replace(line, `${assignment(index)}${eol}$1`) },
    ]
  })
}

function editsOfEnds(text: string, last: (n: number) => string = (n) => `# new end ${n}`): Edit[] {
  const eol = eolOf(text)
  return [1, 2].flatMap((n): Edit[] => [
    { name: `line ${n} at the top`, apply: (now) => now.replace(/^(\uFEFF?)/, `$1# new top ${n}${eol}`) },
    {
      name: `line ${n} at the end`,
      apply: (now) => `${now}${/(^\uFEFF?|\n)$/.test(now) ? '' : eol}${last(n).replaceAll('\n', eol)}${eol}`,
    },
  ])
}

/** Files of lines: dotenv and git exclude files, and YAML. */
import fc from 'fast-check'
import { editsOfEnds, editsOfLines, editsOfValues } from './edits.ts'
import { inManner, manner, marked, type PersonsFile, persons } from './file.ts'

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

/** YAML as aider's settings are. */
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

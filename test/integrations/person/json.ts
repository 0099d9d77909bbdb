/** JSON, with comments and commas at the end. */
import fc from 'fast-check'
import type { JsonPath } from '../../../src/integrations/json-text.ts'
import { editsOfValues, eolOf, replacing } from './edits.ts'
import { type Edit, inManner, manner, marked, type PersonsFile, persons } from './file.ts'

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

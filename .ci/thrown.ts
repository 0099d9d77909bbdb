/**
 * Every error of the source as a person reads it: code, sentence and hint, taken from where it is thrown. What differs from
 * time to time stands in capitals (`There is no PATH yet.`), or as `…` where a whole phrase does.
 *
 * The source is read, not run. A name is followed to the constant it stands for, and a function that only passes its words on
 * (`malformed(sentence)`, `told(code, sentence, hint)`) to each of its calls.
 */
import { globSync, readFileSync } from 'node:fs'
import { type AnyNode, type Expression, type Function as Func, type MemberExpression, parse } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import { transformSync } from 'esbuild'
import { root } from './bundle.ts'

export interface Thrown {
  code: string
  sentence: string
  /** The forms of its hint. */
  hints: readonly string[]
}

/** An error of the source: its code, its sentence, and what else it is made with. */
interface Made {
  words: readonly (AnyNode | undefined)[]
  at: Place
}

interface Source {
  file: string
  constants: { name: string; init: Expression; within: readonly AnyNode[] }[]
  functions: { name: string; node: Func; returned: Expression[] }[]
  calls: { name: string; words: readonly AnyNode[]; at: Place }[]
  errors: Made[]
}

/** Where an expression stands: its file, what it is inside of, and what the parameters there stand for. */
interface Place {
  source: Source
  within: readonly AnyNode[]
  bound: ReadonlyMap<string, { node: AnyNode | undefined; at: Place }>
}

/** Every error that the source throws, in the order of the files; one that is thrown in two places comes once. */
export function thrownIn(pattern = 'src/**/*.ts'): Thrown[] {
  const sources = sourcesIn(pattern)
  const found = sources.flatMap(({ errors }) => errors.flatMap(({ words, at }) => thrownAt(words, at, sources)))
  const keys = found.map((one) => JSON.stringify(one))
  return found.filter((_, index) => keys.indexOf(keys[index] ?? '') === index)
}

/** Where an error names its code, and no sentence of it could be read: the file and the code. */
export function silentIn(pattern = 'src/**/*.ts'): string[] {
  const sources = sourcesIn(pattern)
  return sources.flatMap(({ file, errors }) =>
    errors.flatMap(({ words, at }) => {
      const [code] = words
      const isSilent = code?.type === 'Literal' && thrownAt(words, at, sources).length === 0
      return isSilent ? [`${file}: ${code.value}`] : []
    }),
  )
}

const sourcesIn = (pattern: string) => globSync(pattern, { cwd: root }).sort().map(sourceOf)

function sourceOf(file: string): Source {
  const text = transformSync(readFileSync(`${root}/${file}`, 'utf8'), { loader: 'ts', target: 'esnext' }).code
  const returns: { within: readonly AnyNode[]; argument: Expression }[] = []
  const source: Source = { file, constants: [], functions: [], calls: [], errors: [] }
  fullAncestor(parse(text, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true }), (one, _, above) => {
    const node = one as AnyNode
    const within = above.slice(0, -1) as AnyNode[]
    const at: Place = { source, within, bound: new Map() }
    const declaration = within.at(-1)
    const isConstant = declaration?.type === 'VariableDeclaration' && declaration.kind === 'const'
    if (isConstant && node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init) {
      source.constants.push({ name: node.id.name, init: node.init, within })
      if (node.init.type === 'ArrowFunctionExpression' && node.init.expression && isExpression(node.init.body))
        source.functions.push({ name: node.id.name, node: node.init, returned: [node.init.body] })
    }
    if (node.type === 'FunctionDeclaration' && node.id)
      source.functions.push({ name: node.id.name, node, returned: [] })
    if (node.type === 'ReturnStatement' && node.argument) returns.push({ within, argument: node.argument })
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier')
      source.calls.push({ name: node.callee.name, words: node.arguments, at })
    const words = wordsOf(node)
    if (words) source.errors.push({ words, at })
  })
  // A function is met after what is inside of it.
  for (const { within, argument } of returns) {
    const inside = within.findLast((outer) => outer.type.includes('Function'))
    source.functions.find((func) => func.node === inside)?.returned.push(argument)
  }
  return source
}

/** What an error is made with: a call of its constructor, or `{ code, sentence, hint }` where it is told before it is thrown. */
function wordsOf(node: AnyNode): Made['words'] | undefined {
  const isMade =
    (node.type === 'NewExpression' && node.callee.type === 'Identifier' && /^CordonErrors?$/.test(node.callee.name)) ||
    (node.type === 'CallExpression' && node.callee.type === 'Super')
  if (isMade) return node.arguments
  const [code, sentence] = ['code', 'sentence'].map((name) => propertyOf(node, name))
  return code && sentence && [code, sentence, node]
}

/** What one `new CordonError(code, sentence, { hint })` says, in each of its forms. */
function thrownAt(words: Made['words'], at: Place, sources: readonly Source[]): Thrown[] {
  const [code, sentence, more, last] = words
  const func = at.within.findLast((outer) => namedFunction(at.source, outer))
  const passing = func && namedFunction(at.source, func)
  if (passing && at.bound.size === 0 && passesOn(passing.node, [code, sentence])) {
    const names = passing.node.params.map((one) => (one.type === 'Identifier' ? one.name : ''))
    const own = at.source.calls.filter(({ name }) => name === passing.name)
    const calls = own.length > 0 ? own : sources.flatMap((one) => one.calls.filter(({ name }) => name === passing.name))
    return calls.flatMap((call) => {
      const bound = new Map(names.map((name, index) => [name, { node: call.words[index], at: call.at }]))
      return thrownAt(words, { ...at, bound }, sources)
    })
  }
  const hints = [...new Set([...(more ? hintsIn(more, at) : []), ...(last ? textsOf(last, at).filter(isTold) : [])])]
  const codes = code ? textsOf(code, at).filter((text) => /^[a-z]+(_[a-z]+)*$/.test(text)) : []
  const sentences = sentence ? textsOf(sentence, at).filter(isTold) : []
  return codes.flatMap((one) => sentences.map((text) => ({ code: one, sentence: text.replace(/…\.$/, '…'), hints })))
}

/** Capitals alone, or a dot, say nothing. */
const isTold = (text: string) => /[a-z]{2}/.test(text)

const namedFunction = ({ functions }: Source, node: AnyNode) => functions.find((one) => one.node === node)

/** True where the code or words of the sentence are parameters of the function. */
function passesOn({ params }: Func, [code, sentence]: readonly (AnyNode | undefined)[]): boolean {
  const names = params.map((one) => (one.type === 'Identifier' ? one.name : ''))
  const parts = sentence?.type === 'TemplateLiteral' ? sentence.expressions : [sentence]
  const isPassed = (node: AnyNode | null | undefined, only: (name: string) => boolean) =>
    node?.type === 'Identifier' && names.includes(node.name) && only(node.name)
  return isPassed(code, () => true) || parts.some((part) => isPassed(part, (name) => phrases.test(name)))
}

/** Names of whole phrases. */
const phrases = /^(sentence|reason|why|what|where|said|cause|fault|found|kind|note|besides)$/

/** The hints of `{ hint, cause }`, however it is written. */
function hintsIn(node: AnyNode, at: Place): string[] {
  if (node.type === 'ConditionalExpression') return [...hintsIn(node.consequent, at), ...hintsIn(node.alternate, at)]
  if (node.type === 'Identifier') {
    const constant = constantOf(node.name, at)
    return constant ? hintsIn(constant, at) : []
  }
  const hint = propertyOf(node, 'hint')
  return hint ? textsOf(hint, at).filter(isTold) : []
}

/** What stands behind a name in `{ name: … }`. */
function propertyOf(node: AnyNode, name: string): AnyNode | undefined {
  if (node.type !== 'ObjectExpression') return undefined
  const found = node.properties.find(
    (one) => one.type === 'Property' && one.key.type === 'Identifier' && one.key.name === name,
  )
  return found?.type === 'Property' ? found.value : undefined
}

/** What an expression may read as. */
function textsOf(node: AnyNode, at: Place, depth = 0): string[] {
  if (depth > 8) return ['…']
  const inner = (one: AnyNode) => textsOf(one, at, depth + 1)
  switch (node.type) {
    case 'Literal':
      return [String(node.value)]
    case 'TemplateLiteral':
      return node.quasis.reduce<string[]>(
        (texts, { value: { cooked } }, index) => {
          const part = node.expressions[index]
          const parts = part ? inlined(inner(part)) : ['']
          return texts.flatMap((text) => parts.map((one) => text + (cooked ?? '') + one))
        },
        [''],
      )
    case 'ConditionalExpression':
      return [...inner(node.consequent), ...inner(node.alternate)]
    case 'LogicalExpression':
      return inner(node.right)
    case 'Identifier':
      return identifierTexts(node.name, at, depth)
    case 'MemberExpression':
      return [memberText(node)]
    case 'BinaryExpression':
      return ['N']
    case 'CallExpression':
      return callTexts(node.callee, node.arguments, at, depth)
    default:
      return ['…']
  }
}

/** Inside a sentence, forms that differ by more than an ending are a phrase. */
const inlined = (texts: string[]) => (texts.length > 2 || (texts.length > 1 && texts.includes('')) ? ['…'] : texts)

function identifierTexts(name: string, at: Place, depth: number): string[] {
  const bound = at.bound.get(name)
  if (bound) return bound.node ? textsOf(bound.node, bound.at, depth + 1) : []
  const constant = constantOf(name, at) ?? defaultOf(name, at)
  const texts =
    constant && /^(Literal|TemplateLiteral|ConditionalExpression)$/.test(constant.type)
      ? textsOf(constant, at, depth + 1)
      : []
  return texts.length > 0 ? texts : [inCapitals(name)]
}

/** `source.label` is the name of a source; else the last word tells what it is. */
function memberText({ object, property }: MemberExpression): string {
  if (property.type !== 'Identifier') return '…'
  return inCapitals(property.name === 'label' && object.type === 'Identifier' ? object.name : property.name)
}

function callTexts(callee: AnyNode, words: readonly AnyNode[], at: Place, depth: number): string[] {
  const [first] = words
  if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier') {
    if (callee.property.name === 'stringify' && first) return textsOf(first, at, depth + 1).map((text) => `"${text}"`)
    return callee.property.name === 'join' ? textsOf(callee.object, at, depth + 1) : ['…']
  }
  if (callee.type !== 'Identifier') return ['…']
  const known = calls.get(callee.name)
  if (known !== undefined) return [known]
  const func = at.source.functions.find(({ name }) => name === callee.name)
  const bound = new Map(
    func?.node.params.map((one, index) => [one.type === 'Identifier' ? one.name : '', { node: words[index], at }]),
  )
  const texts = func?.returned.flatMap((one) => textsOf(one, { ...at, bound }, depth + 1)) ?? []
  if (texts.length > 0) return texts
  return first ? textsOf(first, at, depth + 1) : ['…']
}

/** The constant of that name that is nearest around a place. */
function constantOf(name: string, { source, within }: Place): Expression | undefined {
  return source.constants
    .filter(
      (one) =>
        one.name === name && one.within.every((outer) => !outer.type.includes('Function') || within.includes(outer)),
    )
    .sort((one, other) => other.within.length - one.within.length)[0]?.init
}

/** What a parameter is where nobody says otherwise. */
function defaultOf(name: string, { within }: Place): Expression | undefined {
  const params = within.flatMap((outer) => ('params' in outer ? outer.params : []))
  const preset = params.find(
    (one) => one.type === 'AssignmentPattern' && one.left.type === 'Identifier' && one.left.name === name,
  )
  return preset?.type === 'AssignmentPattern' ? preset.right : undefined
}

function inCapitals(name: string): string {
  if (/suffix$/i.test(name)) return ''
  if (phrases.test(name)) return '…'
  return names.get(name) ?? name.replace(/.*(?=[A-Z])/, '').toUpperCase()
}

const names = new Map([
  ['length', 'N'],
  ['count', 'N'],
  ['line', 'N'],
  ['openedAt', 'N'],
  ['timeout', 'SECONDS'],
  ['listen', 'PORT'],
  ['pid', 'PROCESS'],
  ['now', 'ANOTHER'],
  ['label', 'NAME'],
  ['authority', 'HOST:PORT'],
])

const calls = new Map([
  ['authorityOf', 'HOST:PORT'],
  ['sentenceOf', '…'],
  ['suffixOf', ''],
  ['lineOf', 'N'],
  ['dirname', 'FOLDER'],
  ['dotted', 'TABLE'],
  ['nameIn', 'KEY'],
])

const isExpression = (node: AnyNode): node is Expression => node.type !== 'BlockStatement'

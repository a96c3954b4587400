/** A command as it is said in TypeScript: the place, the methods, and their arguments; and its text. */
import type { Place } from '../command.ts'
import { splitRefs } from '../ref.ts'

/** One method and its arguments; `not` stands before it. */
export interface Call {
  readonly name: string
  readonly args?: readonly unknown[]
  readonly not?: true
}

/** A line that is typed: `net1`, then `.ip.addr.add('10.0.0.1/24')`, `.dev('veth1')`. */
export interface Typed {
  readonly place: string
  readonly calls: readonly Call[]
}

const identifier = /^[A-Za-z_$][\w$]*$/
const reserved = new Set([
  'in',
  'new',
  'delete',
  'default',
  'class',
  'var',
  'for',
  'if',
  'do',
  'this',
  'host',
  'function',
  'return',
  'import',
  'export',
  'const',
  'let',
  'with',
  'server',
  'image',
])

/** The name of a place in a script, or how it is made. */
export const placeText = (kind: Place['kind'], name: string): string => {
  if (identifier.test(name) && !reserved.has(name)) return name
  return `server1.${kind}(${literal(name)})`
}

/** A value as TypeScript says it. */
export function literal(value: unknown): string {
  if (typeof value === 'string') {
    const parts = splitRefs(value)
    if (parts.length === 1)
      return `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`
    if (parts.length === 3 && parts[0] === '' && parts[2] === '') return parts[1] ?? ''
    return `\`${parts.map((part, index) => (index % 2 ? `\${${part}}` : part.replace(/[\\`$]/g, '\\$&'))).join('')}\``
  }
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    if ('kind' in value && 'name' in value) return placeText('netns', String((value as Place).name))
    const entries = Object.entries(value).map(
      ([key, one]) => `${identifier.test(key) ? key : literal(key)}: ${literal(one)}`,
    )
    return `{ ${entries.join(', ')} }`
  }
  return String(value)
}

/** The typed line. */
export const typedText = ({ place, calls }: Typed): string =>
  `${place}${calls.map(({ name, args, not }) => `${not ? '.not' : ''}.${name}${args === undefined ? '' : `(${args.map(literal).join(', ')})`}`).join('')}`

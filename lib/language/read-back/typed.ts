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

/** Words of TypeScript that name nothing, and names that a scenario has already. */
const reserved: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
   finally for function if implements import in instanceof interface let new null package private protected public return
   static super switch this throw true try typeof undefined var void while with yield NaN Infinity
   host image lab scenario server server1`.split(/\s+/),
)

/** Whether a text can be the name of a constant in a scenario. */
export const isName = (text: string): boolean => identifier.test(text) && !reserved.has(text)

/** The name of a place in a script, or how it is made. */
export const placeText = (kind: Place['kind'], name: string): string => {
  if (isName(name)) return name
  return `server1.${kind}(${literal(name)})`
}

/** Control characters, and what ends a line of TypeScript, as a literal says them. */
const escaped = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]/gu, (one) =>
    one === '\n'
      ? '\\n'
      : one === '\t'
        ? '\\t'
        : `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )

/** A value as TypeScript says it. */
export function literal(value: unknown): string {
  if (typeof value === 'string') {
    const parts = splitRefs(value)
    if (parts.length === 1) return `'${escaped(value.replace(/[\\']/g, '\\$&'))}'`
    if (parts.length === 3 && parts[0] === '' && parts[2] === '') return parts[1] ?? ''
    return `\`${parts.map((part, index) => (index % 2 ? `\${${part}}` : escaped(part.replace(/[\\`$]/g, '\\$&')))).join('')}\``
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

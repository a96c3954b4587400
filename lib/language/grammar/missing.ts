/**
 * What a word that the library lacks ends in: an error that names the way out and the nearest word. It costs nothing
 * where the word is there, since it stands behind an object, as its prototype, and is asked only for what that lacks.
 */
import { BadInput } from '../../errors.ts'
import { nearest } from './nearest.ts'

/** Names that programs ask of any value, to find out what it is. Nobody means a word of the shell by them. */
const askedOfAnything = new Set([
  'then',
  'toJSON',
  'asymmetricMatch',
  'nodeType',
  'tagName',
  'inspect',
  'length',
  'default',
  '__esModule',
  'isAsymmetricMatch',
  'stack',
  'message',
  'code',
])

/** What a person would type after the words so far: `.dport(80)` is `dport`. */
export type Tell = (name: string, near: string | undefined) => string

/** A prototype that throws for a name that is not there; `optional` are those that may be asked for. */
export function missing(tell: Tell, known: () => readonly string[], optional: ReadonlySet<string>): object {
  return new Proxy(Object.prototype, {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || name in target || optional.has(name) || askedOfAnything.has(name))
        return Reflect.get(target, name, receiver)
      throw new BadInput(tell(name, nearest(name, known())))
    },
  })
}

const none: ReadonlySet<string> = new Set()

type Method = (...args: never[]) => unknown

/** A method that refuses more values than it has names for: they would be dropped in silence. */
export function exactly<M extends Method>(line: string, method: M, most = method.length): M {
  if (most === Infinity) return method
  const checked = (...args: Parameters<M>) => {
    if (args.length > most)
      throw new BadInput(
        `${line} takes ${most === 0 ? 'no' : most} value${most === 1 ? '' : 's'}, and was given ${args.length}`,
      )
    return method(...args)
  }
  return checked as unknown as M
}

/** Refuses values behind those that a function takes. */
export function noMore(what: string, more: readonly never[]): void {
  if (more.length > 0)
    throw new BadInput(
      `${what} was given ${more.length === 1 ? 'a value' : `${more.length} values`} too many`,
    )
}

/**
 * The same object, whose methods refuse surplus values. A method that has a default among its values, or takes any number
 * of them, does not tell how many it takes: `most` does.
 */
export function exact<T extends object>(
  said: readonly string[],
  all: T,
  most: { readonly [K in keyof T]?: number } = {},
): T {
  const known = most as Readonly<Record<string, number | undefined>>
  const methods = Object.entries(all).filter(([, value]) => typeof value === 'function')
  const checked = methods.map(([name, method]) => [
    name,
    exactly(`\`${[...said, name].join(' ')}\``, method, known[name]),
  ])
  return Object.assign(all, Object.fromEntries(checked))
}

/** The words of a tool: those that it lacks are said to be lacking, with the way out. */
export const words = <T extends object>(said: readonly string[], all: T): T => lacking(said, exact(said, all))

/** The same for methods out of forms, which count their values themselves. */
export function lacking<T extends object>(said: readonly string[], all: T): T {
  const tell: Tell = (name, near) => {
    const line = [...said, name].map((word) => `'${word}'`).join(', ')
    return `vethlab has no \`${[...said, name].join(' ')}\`: ${near === undefined ? '' : `did you mean ${near}? If not, `}say it as exec(${line}, …)`
  }
  Object.setPrototypeOf(
    all,
    missing(tell, () => Object.keys(all), none),
  )
  return all
}

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
function exactly(line: string, method: Method): Method {
  return (...args) => {
    if (args.length > method.length)
      throw new BadInput(
        `${line} takes ${method.length} value${method.length === 1 ? '' : 's'}, and was given ${args.length}`,
      )
    return method(...args)
  }
}

/** The same object, whose methods refuse surplus values. Each method names all that it takes: no rest, no default. */
export function exact<T extends object>(said: readonly string[], all: T): T {
  const methods = Object.entries(all).filter(([, value]) => typeof value === 'function')
  const checked = methods.map(([name, method]) => [name, exactly(`\`${[...said, name].join(' ')}\``, method)])
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

/**
 * A fact that is known only once the lab runs: a container's address, the name of a bridge.
 *
 * While a scenario is planned or printed, a ref stands in for the fact. It is an ordinary string with the
 * variable's name between two characters that no command line contains, so it may be used wherever the fact
 * may, also inside other text (`${address}/32`). Printed, it becomes a shell variable.
 */
const open = '\uE000'
const close = '\uE001'
const pattern = new RegExp(`${open}([A-Za-z_][A-Za-z0-9_]*)${close}`)

/** The stand-in for the fact called `name`; `name` must be a legal shell variable. */
export const ref = (name: string): string => `${open}${name}${close}`

/** What stands for an output that nothing stands in for: who uses it in a command is told. */
export const onlyLater = `${close}${open}`

/** Whether `text` is, or contains, a stand-in. */
export const hasRef = (text: string): boolean => typeof text === 'string' && pattern.test(text)

/** Splits `text` into literal parts and the names of the refs between them: `a${x}b` is `['a', 'x', 'b']`. */
export const splitRefs = (text: string): string[] => text.split(pattern)

/**
 * A name for the shell variable of a fact, made of words that may hold anything. Other words may give the same name:
 * lab/plan.ts tells them apart.
 */
export const variable = (...words: string[]): string =>
  words
    .join('_')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^(?=[^a-z])/, 'of_')
    .replace(/__+/g, '_')

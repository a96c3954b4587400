/** Reads the words of the docker program. */

import { dockerForms } from '../docker/forms.ts'
import { runClauses } from '../docker/run-clauses.ts'
import type { Clauses } from '../grammar/clause.ts'
import type { Form } from '../grammar/form.ts'
import { readClauses } from '../grammar/read.ts'
import { readForm } from './read-form.ts'
import type { Call } from './typed.ts'

/** `--opt=V`, `-p8080:80`, `-dit` taken apart; a flag's `=true` is left out. Up to the first word that is no option. */
export function dockerOptions(
  words: readonly string[],
  valued: ReadonlySet<string>,
): { options: string[]; rest: readonly string[] } {
  const options: string[] = []
  let at = 0
  for (; at < words.length && words[at]?.startsWith('-') && words[at] !== '-'; at++) {
    const word = words[at] ?? ''
    const long = word.match(/^(--[a-z0-9-]+)=(.*)$/s)
    if (long)
      options.push(
        long[1] ?? '',
        ...(long[2] === 'true' && !valued.has(long[1] ?? '') ? [] : [long[2] ?? '']),
      )
    else if (word.startsWith('--')) options.push(word, ...(valued.has(word) ? [words[++at] ?? ''] : []))
    else {
      const letters = [...word.slice(1)]
      while (letters.length > 0) {
        const flag = `-${letters.shift()}`
        options.push(flag)
        if (!valued.has(flag)) continue
        options.push(letters.length > 0 ? letters.join('').replace(/^=/, '') : (words[++at] ?? ''))
        break
      }
    }
  }
  return { options, rest: words.slice(at) }
}

/** The options of a table that have a value. */
const withValue = (clauses: Clauses): Set<string> =>
  new Set(Object.values(clauses).flatMap(({ shape, words }) => (shape === 'flag' ? [] : words)))

/** `docker run`: it needs a name, and runs in the background. */
function readRun(words: readonly string[]): Call[] | undefined {
  const { options, rest } = dockerOptions(words, new Set([...withValue(runClauses as Clauses), '--name']))
  const [image, ...command] = rest
  if (image === undefined) return undefined
  let name: string | undefined
  let background = false
  const others: string[] = []
  for (let at = 0; at < options.length; at++) {
    const word = options[at] ?? ''
    if (word === '--name') name = options[++at]
    else if (word === '-d' || word === '--detach') background = true
    else if (['-i', '-t', '--interactive', '--tty', '--init'].includes(word)) {
      if (word === '--init') return undefined
    } else others.push(word)
  }
  if (background !== (name !== undefined)) return undefined
  if (name === undefined) return readOnce(image, others, command)
  const calls = readClauses(runClauses as Clauses, others)
  if (!calls) return undefined
  // A network stands before the address in it.
  const ordered = [...calls].sort((a, b) => Number(b.name === 'network') - Number(a.name === 'network'))
  return [
    { name: 'docker' },
    { name: 'run', args: [image] },
    { name: 'name', args: [name] },
    ...ordered.map((call) =>
      call.name === 'env' ? { name: 'env', args: String(call.args[0]).split(/=(.*)/s).slice(0, 2) } : call,
    ),
    ...(command.length > 0 ? [{ name: 'command', args: command }] : []),
  ]
}

/** `docker run --rm`, in the foreground. */
function readOnce(image: string, options: readonly string[], command: readonly string[]): Call[] | undefined {
  const calls = readClauses(runClauses as Clauses, options)
  if (!calls?.some(({ name }) => name === 'rm')) return undefined
  return [
    { name: 'docker' },
    { name: 'runOnce', args: [image] },
    ...calls.filter(({ name }) => name !== 'rm'),
    ...(command.length > 0 ? [{ name: 'command', args: command }] : []),
  ]
}

/** What was read: calls on the server, or a command in a container. */
export type ReadDocker = { calls: Call[] } | { container: string; inside: readonly string[] }

const plainExec = new Set(['-i', '-t', '--interactive', '--tty'])

/** Reads the words behind `docker`; undefined when there is no typed line for them. */
export function readDocker(words: readonly string[]): ReadDocker | undefined {
  const [verb = '', ...rest] = words[0] === 'container' ? words.slice(1) : words
  if (verb === 'run') {
    const calls = readRun(rest)
    return calls && { calls }
  }
  if (verb === 'exec') {
    const { options, rest: behind } = dockerOptions(
      rest,
      new Set(['-e', '--env', '-u', '--user', '-w', '--workdir']),
    )
    const [container, ...inside] = behind
    if (container === undefined || inside.length === 0 || !options.every((word) => plainExec.has(word)))
      return undefined
    return { container, inside }
  }
  for (const form of Object.values(dockerForms) as Form[]) {
    const own = form.words.slice(1)
    const says = [own, ...(form.verbs ?? []).map((other) => other.split(' '))].find((some) =>
      some.every((word, index) => words[index] === word),
    )
    if (!says) continue
    const subjects = Object.fromEntries(
      (form.subject ?? [])
        .filter(({ words }) => words.length > 0)
        .map((clause, index) => [`\0${index}`, clause]),
    )
    const clauses = { ...form.clauses, ...form.alsoRead, ...subjects }
    const { options, rest: behind } = dockerOptions(words.slice(says.length), withValue(clauses))
    const calls = readForm(form, [...options, ...behind])
    if (calls) return { calls }
  }
  return undefined
}

/** Reads the words of the docker program. */

import { composeForms } from '../docker/compose-forms.ts'
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

/** A name for a container that was given none: that of its image. */
const nameFor = (image: string): string =>
  (image.split('/').at(-1) ?? '').replace(/[:@].*$/, '').replace(/[^\w.-]/g, '') || 'c1'

/** `docker run`: in the background with a name, or in the foreground for its output. */
function readRun(words: readonly string[]): ReadDocker | undefined {
  const { options, rest } = dockerOptions(words, new Set([...withValue(runClauses as Clauses), '--name']))
  const [image, ...command] = rest
  if (image === undefined) return undefined
  let name: string | undefined
  let background = false
  let terminal = 0
  const others: string[] = []
  for (let at = 0; at < options.length; at++) {
    const word = options[at] ?? ''
    if (word === '--name') name = options[++at]
    else if (word === '-d' || word === '--detach') background = true
    else if (['-i', '-t', '--interactive', '--tty'].includes(word)) terminal++
    else others.push(word)
  }
  const calls = readClauses(runClauses as Clauses, others)
  if (!calls) return undefined
  const removed = calls.some(({ name }) => name === 'rm')
  if (!background && name === undefined && (removed || terminal === 0)) {
    const once: Call[] = [
      { name: 'docker' },
      { name: 'runOnce', args: [image] },
      ...calls.filter(({ name }) => name !== 'rm'),
      ...(command.length > 0 ? [{ name: 'command', args: command }] : []),
    ]
    return removed ? { calls: once } : { calls: once, without: 'the container that stays when it has ended' }
  }
  const notes = [
    ...(name === undefined ? ["a name of the engine's choice"] : []),
    ...(background ? [] : ['waiting for its end']),
  ]
  // A network stands before the address in it.
  const ordered = [...calls].sort((a, b) => Number(b.name === 'network') - Number(a.name === 'network'))
  return {
    ...(notes.length > 0 ? { without: notes.join(', ') } : {}),
    calls: [
      { name: 'docker' },
      { name: 'run', args: [image] },
      { name: 'name', args: [name ?? nameFor(image)] },
      ...ordered.map((call) =>
        call.name === 'env' ? { name: 'env', args: String(call.args[0]).split(/=(.*)/s).slice(0, 2) } : call,
      ),
      ...(command.length > 0 ? [{ name: 'command', args: command }] : []),
    ],
  }
}

/** Flags that are left out, since they are about the one who looks on. */
const onlooking: Readonly<Record<string, string>> = {
  '-f': 'following',
  '--follow': 'following',
  '-i': '',
  '-t': '',
  '--interactive': '',
  '--tty': '',
  '-T': '',
}

/** What a form reads of the words behind its own. */
function readOne(
  form: Form,
  words: readonly string[],
  before: readonly string[] = [],
): ReadDocker | undefined {
  const subjects = Object.fromEntries(
    (form.subject ?? [])
      .filter(({ words }) => words.length > 0)
      .map((clause, index) => [`\0${index}`, clause]),
  )
  const clauses = { ...form.clauses, ...form.alsoRead, ...subjects }
  const known = new Set(Object.values(clauses as Clauses).flatMap(({ words }) => [...words]))
  const valued = withValue(clauses)
  const { options, rest } = dockerOptions(words, valued)
  // Options stand behind the subject, too, where no command follows that has options of its own.
  const last = 'command' in form.clauses ? { options: [] as string[], rest } : behindSubject(rest, valued)
  const notes = new Set<string>()
  const said: string[] = []
  const all = [...before, ...options, ...last.options]
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? ''
    if (valued.has(word)) said.push(word, all[++at] ?? '')
    else if (!known.has(word) && (form.words.includes(word) || onlooking[word] !== undefined))
      notes.add(onlooking[word] ?? '')
    else said.push(word)
  }
  const calls = readForm(form, [...said, ...last.rest])
  const without = [...notes].filter(Boolean).join(', ')
  return calls && { calls, ...(without === '' ? {} : { without }) }
}

/** The options among the other words. */
function behindSubject(words: readonly string[], valued: ReadonlySet<string>) {
  const found = { options: [] as string[], rest: [] as string[] }
  let left = words
  while (left.length > 0) {
    const { options, rest } = dockerOptions(left, valued)
    found.options.push(...options)
    const [word, ...more] = rest
    if (word !== undefined) found.rest.push(word)
    left = more
  }
  return found
}

/** `docker compose`: its own options, the subcommand, and what follows. */
function readCompose(words: readonly string[]): ReadDocker | undefined {
  const own = withValue(composeForms.down.clauses as Clauses)
  const { options, rest } = dockerOptions(words, own)
  const [verb = '', ...more] = rest
  if (!Object.hasOwn(composeForms, verb)) return undefined
  const read = readOne(composeForms[verb as keyof typeof composeForms], more, options)
  if (!read || 'inside' in read || verb !== 'up') return read
  return inBackground(read)
}

/** A lab goes on while the containers of a project run. */
function inBackground(read: Extract<ReadDocker, { calls: Call[] }>): ReadDocker {
  const last = read.calls.at(-1) as Call
  const args = [...(last.args ?? [])]
  const options = (typeof args.at(-1) === 'object' && !Array.isArray(args.at(-1)) ? args.pop() : {}) as object
  if ('detach' in options || 'abortOnContainerExit' in options || 'noStart' in options) return read
  return {
    calls: [...read.calls.slice(0, -1), { ...last, args: [...args, { ...options, detach: true }] }],
    without: 'its output: in the background',
  }
}

/** What was read: calls on the server, or a command in a container. */
export type ReadDocker =
  | { calls: Call[]; without?: string }
  | { container: string; inside: readonly string[] }

const plainExec = new Set(['-i', '-t', '--interactive', '--tty'])

/** Reads the words behind `docker`; undefined when there is no typed line for them. */
export function readDocker(given: readonly string[]): ReadDocker | undefined {
  if (given[0] === 'compose') return readCompose(given.slice(1))
  const words = given[0] === 'container' && given[1] !== 'prune' ? given.slice(1) : given
  const [verb = '', ...rest] = words
  if (verb === 'run') return readRun(rest)
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
    const read = readOne(form, words.slice(says.length))
    if (read) return read
  }
  return undefined
}

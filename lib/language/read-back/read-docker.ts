/** Reads the words of the docker program. */

import { composeForms, isGlobal } from '../docker/compose-forms.ts'
import { execForm } from '../docker/container-forms.ts'
import { dockerForms } from '../docker/forms.ts'
import { runClauses } from '../docker/run-clauses.ts'
import type { Clauses } from '../grammar/clause.ts'
import type { Form } from '../grammar/form.ts'
import { optionsOf } from '../grammar/options.ts'
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

/** What may be said of a network in one word, and the option that says the same of the container. */
const ofNetwork: Readonly<Record<string, string>> = {
  name: '--network',
  ip: '--ip',
  ip6: '--ip6',
  alias: '--network-alias',
  'mac-address': '--mac-address',
  'link-local-ip': '--link-local-ip',
}

/** `--network name=n1,ip=10.0.0.9,alias=web`, as newer engines take it, in options that all of them take. */
function inNetwork(value: string): string[] {
  if (!/^\w[\w-]*=/.test(value)) return ['--network', value]
  const pairs = value.split(',').map((pair) => pair.split(/=(.*)/s))
  if (!pairs.every(([key = '']) => Object.hasOwn(ofNetwork, key))) return ['--network', value]
  return pairs.flatMap(([key = '', of = '']) => [ofNetwork[key] ?? '', of])
}

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
    else if (word === '--network' || word === '--net') others.push(...inNetwork(options[++at] ?? ''))
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

const looksOn = (form: Form, word: string): boolean =>
  onlooking[word] === '' || (onlooking[word] !== undefined && form.words.at(-1) === 'logs')

/** The last word of an option, which no other option of the tool has. */
const longWord = (clauses: Clauses, word: string): string =>
  Object.values(clauses)
    .find(({ words }) => words.includes(word))
    ?.words.at(-1) ?? word

/** What a form reads of the words behind its own; `before` are those before its verb, of which only `early` are options. */
function readOne(
  form: Form,
  words: readonly string[],
  before: readonly string[] = [],
  early: (name: string) => boolean = () => false,
): ReadDocker | undefined {
  const subjects = Object.fromEntries(
    (form.subject ?? [])
      .filter(({ words }) => words.length > 0)
      .map((clause, index) => [`\0${index}`, clause]),
  )
  const own = Object.entries(form.clauses).filter(([name]) => !early(name))
  const clauses: Clauses = { ...Object.fromEntries(own), ...form.alsoRead, ...subjects }
  const known = new Set(Object.values(clauses as Clauses).flatMap(({ words }) => [...words]))
  const valued = withValue(clauses)
  const { options, rest } = dockerOptions(words, valued)
  // Options stand behind the subject, too, where no command follows that has options of its own.
  const last = 'command' in form.clauses ? { options: [] as string[], rest } : behindSubject(rest, valued)
  const notes = new Set<string>()
  const said: string[] = [...before]
  const all = [...options, ...last.options]
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? ''
    if (valued.has(word)) said.push(longWord(clauses, word), all[++at] ?? '')
    else if (!known.has(word) && (form.words.includes(word) || looksOn(form, word)))
      notes.add(onlooking[word] ?? '')
    else if (known.has(word)) said.push(longWord(clauses, word))
    else return undefined
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
  const own: Clauses = Object.fromEntries(
    Object.entries(composeForms.down.clauses).filter(([name]) => isGlobal(name)),
  )
  const { options, rest } = dockerOptions(words, withValue(own))
  const [verb = '', ...more] = rest
  if (!Object.hasOwn(composeForms, verb)) return undefined
  const early = options.map((word) => longWord(own, word))
  const read = readOne(composeForms[verb as keyof typeof composeForms], more, early, isGlobal)
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

const atTerminal: ReadonlySet<string> = new Set(['-i', '-t', '--interactive', '--tty'])

/** `docker exec`: what runs in the container, as if it were typed there, or with options of its own. */
function readExec(words: readonly string[]): ReadDocker | undefined {
  const { options, rest } = dockerOptions(words, withValue(execForm.clauses))
  const [container, ...inside] = rest
  if (container === undefined || inside.length === 0) return undefined
  const own = options.filter((word) => !atTerminal.has(word))
  if (own.length === 0) return { container, inside }
  const read = readClauses(execForm.clauses, own)
  const said = read && optionsOf(execForm.clauses, read)
  return said && { calls: [{ name: 'docker' }, { name: 'exec', args: [container, said, ...inside] }] }
}

/** Reads the words behind `docker`; undefined when there is no typed line for them. */
export function readDocker(given: readonly string[]): ReadDocker | undefined {
  if (given[0] === 'compose') return readCompose(given.slice(1))
  const words = given[0] === 'container' && given[1] !== 'prune' ? given.slice(1) : given
  const [verb = '', ...rest] = words
  if (verb === 'run') return readRun(rest)
  if (verb === 'exec') return readExec(rest)
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

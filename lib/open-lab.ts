/** A lab in the hands of a program of one's own, as a value: openLab(). */
import type { Duplex } from 'node:stream'
import { explain, VethlabError } from './errors.ts'
import type { CheckResult, Listener } from './lab/events.ts'
import type { Lab, Scenario } from './lab/lab.ts'
import { watchedLab, watching } from './lab/misuse.ts'
import { type Command, type Place, used } from './language/command.ts'
import { judge } from './language/grammar/form.ts'
import type { Forwarded, To } from './run/connect.ts'
import type { Done, Program, ProgramOptions } from './run/program.ts'
import type { Servers } from './server/servers.ts'
import type { Question, Report } from './why/why.ts'

/** A lab in the hands of a program: everything that a scenario's lab can, and its commands' output. */
export interface OpenLab extends Lab, AsyncDisposable {
  readonly name: string
  /** Runs one command and returns what it printed. Throws CommandFailed when it fails. */
  run(command: Command): Promise<string>
  /** Runs a program in a place to its end. A code other than 0 is a value, not an error. */
  exec(place: Place, argv: readonly string[], options?: ProgramOptions): Promise<Done>
  /** Starts a program in a place, and returns while it runs. */
  spawn(place: Place, argv: readonly string[], options?: ProgramOptions): Promise<Program>
  /** Connects from a place by TCP; a connection that fails ends the stream with its error. */
  connect(place: Place, to: To): Promise<Duplex>
  /** Opens a port of this machine's 127.0.0.1 that leads into a place, until it or the lab is closed. */
  forward(place: Place, to: To | number): Promise<Forwarded>
  /** The results of all checks so far, those that failed, too. */
  readonly results: readonly CheckResult[]
  readonly sandbox: Servers
  /** Sends one probe from a place, and finds out what became of it: see why/why.ts. */
  why(question: Question): Promise<Report>
  /** Removes the lab; twice is harmless. Throws when something that was begun in it was not waited for. */
  close(): Promise<void>
}

/** How a lab is opened. */
export interface LabOptions {
  /** Default: a name that no other lab has. */
  name?: string
  /** Is told of all that happens. */
  tell?: Listener
  /** Runs together the commands of a step that can be. Default: true. */
  batch?: boolean
  /** A folder of yours that the servers write to as it is. Default: none. */
  share?: string
  /** Removes the lab when it is aborted. */
  signal?: AbortSignal
}

/** A name that no other lab has: a test runner may load this module several times in one process. */
export const newName = (): string => `lab-${process.pid}-${Math.floor(Math.random() * 36 ** 6).toString(36)}`

/** What runs a lab: loaded late, so that a scenario that only wants the vocabulary does not wait for it. */
export const machinery = () => import('./run/machinery.ts')

/** An error with all its parts in its message: a test's report shows nothing else. */
function inFull(error: unknown): unknown {
  if (!(error instanceof VethlabError) || process.env.DEBUG) return error
  const text = explain(error)
  if (error.stack?.startsWith(`${error.name}: ${error.message}`))
    error.stack = error.stack.replace(error.message, () => text)
  error.message = text
  error.told = true
  return error
}

/** The error for checks that failed, all of them. */
function failedChecks(failed: readonly CheckResult[]): VethlabError {
  const lines = failed.map(
    ({ from, to, expected, observed }) => `${from} → ${to}: expected ${expected}, observed ${observed}`,
  )
  const [first] = failed
  return new VethlabError(lines.join('\n'), { command: first?.command, hint: first?.why })
}

const isScenario = (given: Scenario | LabOptions): given is Scenario => 'body' in given

/**
 * Opens a lab on virtual servers, which start when a command needs them. Remove it by `await lab.close()`, or by
 * `await using`; it ends with this process, however that ends. A scenario that is given is built in it first.
 *
 * What its servers write stays in them. Only the folder that `share` names they write to as it is: yours, for results.
 */
export async function openLab(given: Scenario | LabOptions = {}, more: LabOptions = {}): Promise<OpenLab> {
  const { name = newName(), share, signal, ...how } = isScenario(given) ? more : given
  signal?.throwIfAborted()
  const known = await machinery()
  const world = await known
    .openWorld({
      name: known.labName(name),
      title: isScenario(given) ? given.title : 'a lab of a program',
      file: process.argv[1] ?? '',
      path: known.serverPath(),
      servers: [],
      ...(share === undefined ? {} : { share: known.sharedFolder(share) }),
    })
    .catch((error) => Promise.reject(inFull(error)))
  const end = known.once(() => known.endWorld(name))
  signal?.addEventListener('abort', () => void end().catch(() => {}), { once: true })
  const lab = labIn(known, known.virtualServers(world.record, how.tell ?? (() => {})), how, end)
  if (!isScenario(given)) return lab
  try {
    await given.body(lab)
    return lab
  } catch (error) {
    await end()
    throw inFull(error)
  }
}

type Known = Awaited<ReturnType<typeof machinery>>

/** The lab on servers that are up. */
function labIn(
  known: Known,
  servers: Servers,
  { tell = () => {}, batch = true }: LabOptions,
  end: () => Promise<void>,
): OpenLab {
  const { lab: inner, results } = known.liveLab(servers, { tell, where: [], batch })
  const check: Lab['check'] = async (checks, why) => {
    const before = results.length
    await inner.check(checks, why)
    const failed = results.slice(before).filter(({ ok }) => !ok)
    if (failed.length > 0) throw failedChecks(failed)
  }
  const { watch, forgotten } = watching(inFull)
  const run = async (command: Command) => {
    judge(command)
    const done = await known.execute(servers, command)
    if (done.code !== 0) throw known.failure(servers, command, done)
    return done.stdout
  }
  const exec = async (place: Place, argv: readonly string[], options: ProgramOptions = {}): Promise<Done> => {
    const plain = Object.values(options).every((one) => one === undefined)
    if (!plain) return known.runProgram(servers, place, argv, options)
    const { code, stdout, stderr } = await known.execute(servers, { place, argv })
    return { code, exitCode: code, stdout, stderr }
  }
  const forwarded = new Set<Forwarded>()
  const close = async () => {
    const left = forgotten()
    await Promise.all([...forwarded].map((port) => port.close()))
    await end()
    if (left) throw inFull(left)
  }
  return {
    ...watchedLab({ ...inner, check }, watch),
    name: servers.record.name,
    results,
    sandbox: servers,
    run(command) {
      used(command)
      return watch(`the run of ${command?.argv?.join(' ')}`, () => run(command))
    },
    exec: (place, argv, options) => watch(`${argv.join(' ')}`, () => exec(place, argv, options)),
    spawn: (place, argv, options) =>
      watch(`${argv.join(' ')}`, () => known.startProgram(servers, place, argv, options)),
    connect: (place, to) => watch('connect', () => known.connect(servers, place, to)),
    forward: (place, to) =>
      watch('forward', async () => {
        const port = await known.forward(servers, place, typeof to === 'number' ? { port: to } : to)
        forwarded.add(port)
        return port
      }),
    why: (question) => watch('why', async () => (await import('./why/why.ts')).why(servers.record, question)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A lab in the hands of a program of one's own: withLab(). */
import { VethlabError } from './errors.ts'
import type { CheckResult, Listener } from './lab/events.ts'
import type { Lab } from './lab/lab.ts'
import type { Command } from './language/command.ts'
import { judge } from './language/grammar/form.ts'
import type { Servers } from './server/servers.ts'
import type { Question, Report } from './why/why.ts'

/** A lab in the hands of a program: everything that a scenario's lab can, and its commands' output. */
export interface OpenLab extends Lab {
  readonly name: string
  /** Runs one command and returns what it printed. Throws CommandFailed when it fails. */
  run(command: Command): Promise<string>
  /** The results of all checks so far. */
  readonly results: readonly CheckResult[]
  readonly sandbox: Servers
  /** Sends one probe from a place, and finds out what became of it: see why/why.ts. */
  why(question: Question): Promise<Report>
}

interface LabOptions {
  name?: string
  tell?: Listener
  /** Runs together the commands of a step that can be. Default: true. */
  batch?: boolean
  /** A folder of yours that the servers write to as it is. Default: none. */
  share?: string
}

let opened = 0

/** A name that no other lab of this process has, nor one of another process. */
function nextName(): string {
  return `lab-${process.pid}${opened++ === 0 ? '' : `-${opened}`}`
}

/** What runs a lab: loaded late, so that a scenario that only wants the vocabulary does not wait for it. */
async function machinery() {
  const [run, live, path, servers, state, share, world] = await Promise.all([
    import('./run/execute.ts'),
    import('./run/live.ts'),
    import('./server/path.ts'),
    import('./virtual/servers.ts'),
    import('./server/state.ts'),
    import('./virtual/share.ts'),
    import('./virtual/world.ts'),
  ])
  return { ...run, ...live, ...path, ...servers, ...state, ...share, ...world }
}

/**
 * Opens a lab on virtual servers for a program of one's own, as a test, and removes it when the work is done, has
 * failed, or was cut off by a signal. Servers and engines start when the first command needs them. Unless `batch` is
 * false, the commands of a step that can run together do. A check that fails throws.
 *
 * What its servers write stays in them. Only the folder that `share` names they write to as it is: yours, for results.
 */
export async function withLab<T>(work: (lab: OpenLab) => Promise<T>, options: LabOptions = {}): Promise<T> {
  const { name = nextName(), tell = () => {}, batch = true, share } = options
  const {
    execute,
    failure,
    liveLab,
    serverPath,
    virtualServers,
    labName,
    sharedFolder,
    endWorld,
    inNewWorld,
  } = await machinery()
  const about = {
    name: labName(name),
    title: 'a lab of a program',
    file: process.argv[1] ?? '',
    path: serverPath(),
    servers: [],
    ...(share === undefined ? {} : { share: sharedFolder(share) }),
  }
  return inNewWorld(about, async (world) => {
    const box = virtualServers(world.record, tell)
    const failed = (event: Parameters<Listener>[0]) => {
      tell(event)
      if (event.kind === 'check' && !event.ok)
        throw new VethlabError(
          `${event.from} → ${event.to}: expected ${event.expected}, observed ${event.observed}`,
          { command: event.command, hint: event.why },
        )
    }
    const { lab, results } = liveLab(box, { tell: failed, where: [], batch })
    const run = async (command: Command) => {
      judge(command)
      const done = await execute(box, command)
      if (done.code !== 0) throw failure(box, command, done)
      return done.stdout
    }
    const why = async (question: Question) => (await import('./why/why.ts')).why(world.record, question)
    const stays = setInterval(() => {}, 2 ** 30) // a program may keep its lab open until a signal comes
    try {
      const value = await work({ ...lab, name, run, results, sandbox: box, why })
      await endWorld(name)
      return value
    } finally {
      clearInterval(stays)
    }
  })
}

/** What a lab is in the hands of a program of one's own, and how it is opened. */
import type { Duplex } from 'node:stream'
import type { CheckResult, Listener } from '../lab/events.ts'
import type { Lab } from '../lab/lab.ts'
import type { Command, Place } from '../language/command.ts'
import type { DoneBytes, ExecOptions } from '../run/exec.ts'
import type { Done, Program, ProgramOptions } from '../run/program.ts'
import type { Servers } from '../server/servers.ts'
import type { PlaceShell } from '../server/zx.ts'
import type { Question, Report } from '../why/why.ts'
import type { BreakableLink, Broken } from './breaking.ts'
import type { Forwarded, ForwardTo, To } from './connect.ts'
import type { DockerAccess } from './docker.ts'
import type { Awaited, UntilOptions } from './until.ts'

/** A lab in the hands of a program: everything that a scenario's lab can, and its commands' output. */
export interface OpenLab extends Lab, AsyncDisposable {
  readonly name: string
  /** Runs one command and returns what it printed. Throws CommandFailed when it fails. */
  run(command: Command): Promise<string>
  /** Runs a program in a place to its end. A code other than 0 is a value, not an error. */
  exec(
    place: Place,
    argv: readonly string[],
    options: ExecOptions & { encoding: 'buffer' },
  ): Promise<DoneBytes>
  exec(place: Place, argv: readonly string[], options?: ExecOptions): Promise<Done>
  /**
   * zx's `$` in a place: ``await lab.$(net1)`ip route | grep default` ``. Its lines run in the place, those that ``.pipe`…` ``
   * starts, too; files that it reads or writes by name (`.pipe('file')`) are this program's. Options that name a shell or a
   * way to start a process, and `sync`, are refused, as is a server that is not up yet, or is this machine itself.
   */
  $(place: Place): PlaceShell
  /** Starts a program in a place, and returns while it runs. */
  spawn(place: Place, argv: readonly string[], options?: ProgramOptions): Promise<Program>
  /** Connects from a place by TCP; a rejects when nobody answers. */
  connect(place: Place, to: To): Promise<Duplex>
  /** fetch() from a place: `url` is what the place calls it. Rejects when nobody answers. */
  fetch(place: Place, url: string | URL | Request, init?: RequestInit): Promise<Response>
  /** Opens a port of this machine's 127.0.0.1 that leads into a place, until it or the lab is closed; `{ udp: true }`: of UDP. */
  forward(place: Place, to: ForwardTo | number): Promise<Forwarded>
  /** Lets a place connect to a port of this machine, as to that of 127.0.0.1 there, or to another, `as.port`. */
  expose(port: number, place: Place, as?: { port?: number }): Promise<Forwarded>
  /** Opens the Docker Engine of a server to docker, dockerode and testcontainers; what they publish is found on 127.0.0.1. */
  docker(server: Place): Promise<DockerAccess>
  /**
   * Waits until checks, conditions (listens, logs, answers, healthy) or functions of yours hold, all at once. Rejects after
   * `within` milliseconds (default: 10 s), with what was seen last.
   */
  until(what: Awaited | readonly Awaited[], options?: UntilOptions): Promise<void>
  /** An interface of a place, to be broken: down, up, flap, and late, lossy, slow. */
  link(place: Place, dev: string): BreakableLink
  /** Parts groups of places, so that nothing of one arrives in another: `lab.partition([a, b], [c])`. */
  partition(...groups: ReadonlyArray<readonly Place[]>): Promise<Broken>
  /** The results of all checks so far, those that failed, too. */
  readonly results: readonly CheckResult[]
  readonly sandbox: Servers
  /** Sends one probe from a place, and finds out what became of it: see why/why.ts. */
  why(question: Question): Promise<Report>
  /** Writes a folder of text for the case that a test fails: what was done, the checks, and each place as it is now. */
  trace(folder: string): Promise<void>
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
  /** Finds out why a check fails, which takes a probe more. Default: true. */
  why?: boolean
  /** A folder that gets a trace of the lab, below its name, when something of it fails. Default: none. */
  trace?: string
  /** A folder of yours that the servers write to as it is. Default: none. */
  share?: string
  /** Removes the lab when it is aborted. */
  signal?: AbortSignal
}

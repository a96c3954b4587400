/**
 * Every error that a user may see, and every hint.
 *
 * An error has four parts, in this order: where it happened, the exact command, what the tool said, what to do.
 */
/** The parts of an error beside its message; each is left out when there is nothing to say. */
export interface ErrorParts {
  /** File, line and step, as in `scenarios/net1.ts:23, step "A virtual cable"`. */
  where?: string | undefined
  /** The command as a person would type it. */
  command?: string | undefined
  /** What to do about it, in one line. */
  hint?: string | undefined
}

/** Base of all errors that are explained to the user instead of being shown as a stack trace. */
export class VethlabError extends Error {
  where: string | undefined
  /** Whether the message holds all parts already, as in the report of a test. */
  told = false
  readonly command: string | undefined
  hint: string | undefined
  constructor(message: string, parts: ErrorParts = {}) {
    super(message)
    this.name = new.target.name
    this.where = parts.where
    this.command = parts.command
    this.hint = parts.hint
  }
}

/** A value that cannot be right. Thrown while a command is built, before anything is changed. */
export class BadInput extends VethlabError {
  constructor(message: string, parts: ErrorParts = {}) {
    super(message, { where: caller(), ...parts })
  }
}

/** This machine cannot do what was asked: a tool, a right, a kernel feature or an image is missing. */
export class Unable extends VethlabError {}

/** A command ran and failed. `kind` names the cause where the tool's words tell it. */
export class CommandFailed extends VethlabError {
  readonly kind: Cause | undefined
  readonly exitCode: number
  constructor(command: string, exitCode: number, said: string, parts: ErrorParts = {}) {
    const known = classify(said)
    super(said.trim() || `exit code ${exitCode}`, { hint: known?.hint, ...parts, command })
    this.kind = known?.cause
    this.exitCode = exitCode
  }
}

export type Cause =
  | 'already exists'
  | 'not found'
  | 'needs root'
  | 'no such gateway'
  | 'kernel lacks'
  | 'no such image'
  | 'disk full'
  | 'name taken'
  | 'bad compose file'
  | 'subnet taken'
  | 'no such program'
  | 'no such address'
  | 'not running'
  | 'forwarding off'
  | 'other API'

/** What tools say, what it means, and what to do. The first line that matches counts. */
const causes: ReadonlyArray<readonly [RegExp, Cause, string | ((found: RegExpMatchArray) => string)]> = [
  [/No space left on device/, 'disk full', 'The disk or the memory behind a tmpfs is full: free some space.'],
  [
    /The container name .* is already in use|network with name .* already exists/,
    'name taken',
    'Choose another name, or remove the one that has it.',
  ],
  [
    /Pool overlaps with other one/,
    'subnet taken',
    'Another network of this engine has that subnet: choose another.',
  ],
  [
    /Chain '.*' does not exist|Couldn't load target/,
    'not found',
    'There is no such target, and no chain of that name: is it spelled right? newChain() makes one.',
  ],
  [
    /IPv[46] (?:global )?forwarding is disabled/,
    'forwarding off',
    'An engine whose firewall is nftables does not switch it on: sysctl -w net.ipv4.ip_forward=1 (net.ipv6.conf.all.forwarding=1) before it starts.',
  ],
  [
    /DIRECT ACCESS FILTERING|can't initialize ip6?tables table [`']raw'/,
    'kernel lacks',
    'This kernel has no table raw of iptables, which Docker Engine 28 and later need: modprobe iptable_raw, or take an engine before 28.',
  ],
  [
    /client version \S+ is too (?:old|new)/,
    'other API',
    'The docker command and the engine have no version of the API in common: take both from one release.',
  ],
  [
    /incompatible with swarm mode/,
    'already exists',
    'Docker has no Swarm with nftables: without FIREWALL=nftables it has.',
  ],
  [
    /already part of a swarm/,
    'already exists',
    'This engine is in a Swarm: docker info tells which. docker swarm leave takes it out; with --force a manager, too.',
  ],
  [
    /File exists|Chain already exists|Address already assigned/,
    'already exists',
    'Something with that name is already there: remove it, or choose another name.',
  ],
  [
    /Nexthop has invalid gateway/,
    'no such gateway',
    'The gateway must be on a connected subnet: is the address set, and the link up?',
  ],
  [
    /Operation not permitted|you must be root|Permission denied/,
    'needs root',
    'This needs root in the place where it runs; a lab made without root has no right on the machine.',
  ],
  [
    /exec of "([^"]+)" failed|exec: "([^"]+)": executable file not found|^(?:\S+: )?(?:(?:line )?\d+: )?(?:exec: )?([\w.+-]+): (?:command )?not found$/m,
    'no such program',
    ([, ...names]) =>
      `${names.find(Boolean)} is not installed in the place where it was to run. A container has what its image has.`,
  ],
  [
    /freezer|unable to freeze|cgroup\.freeze/i,
    'kernel lacks',
    'Pausing needs the cgroup freezer, which a lab without root does not have: stop the container instead.',
  ],
  [
    /container \S+ is (not running|paused|restarting)|cannot exec in a stopped/i,
    'not running',
    'The container does not run: docker start NAME starts it; docker logs NAME tells why it ended.',
  ],
  [
    /Unknown device type|Operation not supported/,
    'kernel lacks',
    'This kernel lacks that type: try modprobe, or leave the step out.',
  ],
  [
    /No such image|pull access denied|manifest unknown|failed to resolve reference|Temporary failure in name resolution|server misbehaving|https?:\/\/\S*\/v2\/|lookup \S+ on \S+: /i,
    'no such image',
    'A virtual server reaches no registry. Use IMAGE=NAME with an image that the engine of this machine has.',
  ],
  [
    /yaml: |validating |Additional property|services\..* must be|mapping values are not allowed/,
    'bad compose file',
    'Mend the compose file; `docker compose -f FILE config` checks it.',
  ],
  [
    /No chain\/target\/match/,
    'not found',
    'The thing it names is not there: which step makes it? An engine whose firewall is nftables makes no DOCKER-USER: docker.firewall.userChain() reads the chain.',
  ],
  [
    /Cannot find device|No such process|Address not found|Bad rule|No such file or directory|No such (container|network)|does a matching rule exist|RTNETLINK answers: Cannot assign requested address/i,
    'not found',
    'The thing it names is not there: which step makes it?',
  ],
  [
    /Cannot assign requested address/i,
    'no such address',
    'No interface of that place has the address that it was to come from: ip addr add gives it.',
  ],
]

/** What a tool's words mean, or undefined when they are not known. */
export function classify(said: string): { cause: Cause; hint: string } | undefined {
  for (const [pattern, cause, hint] of causes) {
    const found = said.match(pattern)
    if (found) return { cause, hint: typeof hint === 'string' ? hint : hint(found) }
  }
  return undefined
}

/** The error as shown to the user: where, the command, what was said, what to do, and `more` of it. */
export function explain(error: unknown, more = (_: string): string | undefined => undefined): string {
  if (!(error instanceof VethlabError)) {
    if (!(error instanceof Error)) return String(error)
    if (process.env.DEBUG) return error.stack ?? error.message
    const where = callerIn(error.stack)
    return `${where ? `${where}\n` : ''}${error.message}\nA slip in the script, or a defect of vethlab: DEBUG=1 shows the way to it.`
  }
  if (error.told) return error.message
  const lines = [
    error.where && `${error.where}`,
    error.command && `  ${error.command}`,
    ...error.message.split('\n').map((line) => (error.command ? `  ${line}` : line)),
    error.hint,
    error.hint && more(error.hint),
    process.env.DEBUG && error.stack,
  ]
  return lines.filter(Boolean).join('\n')
}

/**
 * Remembers who called the library; the function returned tells it: `file:line` of the nearest caller that is no
 * part of it, relative to the working folder. Telling costs far more than remembering, and is seldom needed.
 */
export function rememberCaller(): () => string | undefined {
  const here = new Error()
  return () => callerIn(here.stack)
}

/** Who called the library, however deep in it this is. */
function caller(): string | undefined {
  const { stackTraceLimit } = Error
  if (stackTraceLimit === 0) return undefined // nobody wants to know
  Error.stackTraceLimit = 60
  try {
    return rememberCaller()()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const library = new URL('.', import.meta.url).pathname

/** Frames name a file as an address or as a path, and the program's own modules as `node:…`. */
function callerIn(stack: string | undefined): string | undefined {
  const frames = [...(stack ?? '').matchAll(/(?:file:\/\/)?(\/[^\s()]+?):(\d+):\d+/g)]
  const caller = frames.find(([, path = '']) => !path.startsWith(library) && !path.includes('/node_modules/'))
  if (!caller) return undefined
  const [, path = '', line] = caller
  const here = `${process.cwd()}/`
  return `${path.startsWith(here) ? path.slice(here.length) : path}:${line}`
}

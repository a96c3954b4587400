/** Looking at a lab that is up: what is in it, a shell in it, one command in it. */
import { relative } from 'node:path'
import { Unable } from '../errors.ts'
import { howTo } from '../lab/hints.ts'
import { onServer } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import { exerciseOf, recording, writeDown } from '../learn/typed.ts'
import { type Cable, type FoundPlace, findPlace, type Own, placesOf } from '../look/places.ts'
import { enter, folderIsThere } from '../server/enter.ts'
import { allLabs, findLab } from '../server/labs.ts'
import { findProgram } from '../server/path.ts'
import { finished } from '../server/process.ts'
import { type LabRecord, labName } from '../server/state.ts'

/** The lab of that name, which must be up. */
export function standing(name: string): LabRecord {
  const lab = findLab(labName(name))
  if (lab) return lab
  const others = allLabs().map((other) => other.name)
  throw new Unable(`${name} is not up`, {
    hint: others.length > 0 ? `Up: ${others.join(', ')}` : `Start it: ${howTo('up', name)}`,
  })
}

/** What is the lab's own on this machine itself; undefined for one on virtual servers, whose own all is. */
const ownOf = async ({ name, on }: LabRecord): Promise<Own | undefined> =>
  on === 'host' ? (await import('../on-host/journal.ts')).ownOf(name) : undefined

/** The place of that name, in which something can be run. */
async function reachable(lab: LabRecord, where: string | undefined) {
  const place = await findPlace(lab, where, await ownOf(lab))
  if (place.kind === 'container' && !place.up)
    (await import('../server/engine-api.ts')).mustRun(place.name, place.state)
  return place
}

/** What to say when a program does not run in the folder it was called from: its server has no such folder. */
export function atHome({
  kind,
  name,
  record,
}: Pick<FoundPlace, 'kind' | 'name' | 'record'>): string | undefined {
  if (record.host || kind === 'container' || folderIsThere(record, process.cwd())) return undefined
  return `${process.cwd()} is not there on ${name}: this runs in ~`
}

/** One program in a place, with the caller's terminal. Returns its exit code. */
export async function exec(name: string, where: string, argv: readonly string[]): Promise<number> {
  const lab = standing(name)
  const place = await reachable(lab, where)
  const elsewhere = atHome(place)
  if (elsewhere) process.stderr.write(`${elsewhere}\n`)
  const words = onServer(place, argv)
  if (exerciseOf(lab.name)) writeDown(place.record, words)
  const child = enter({ lab, server: place.record }, words, { stdio: 'inherit' })
  return (await finished(child)).code
}

/** What a shell says first: what in it is the lab's own, and what is not. */
export function greeting({ kind, name, record }: Pick<FoundPlace, 'kind' | 'name' | 'record'>): string {
  if (record.host) return `${name}: this machine itself. Whatever you do is done to it.`
  if (kind === 'container') return `${name}: a container of the lab. All in it is the lab's own.`
  return `${name}: ~ /tmp /etc /opt /var /run are the lab's own; the rest is read-only.`
}

/** The prompt of a place. A shell runs what stands in one: of a name it gets what is no word of its own. */
export const promptOf = (name: string): string => `PS1=${name.replace(/[^\w.:@+,-]/g, '?')}# `

/** A program with a terminal of the server's own: the caller's has no name there, and `tty` says that there is none. */
function withTerminal({ path }: LabRecord, { record }: FoundPlace, argv: readonly string[]): string[] {
  const has = process.stdin.isTTY && !record.host && findProgram('script', path)
  // It heeds no hang-up. When the window is closed it is killed, and so its own terminal hangs up on all that runs there.
  const ending = ['setpriv', '--pdeathsig', 'KILL']
  return has ? [...ending, 'script', '-q', '-e', '-c', `exec ${shellLine(argv)}`, '/dev/null'] : [...argv]
}

/** A shell in a container. `docker exec` leaves it running when its terminal hangs up: it is known by its mark, and ended then. */
const inContainer = `trap hung=1 HUP
docker exec -e VETHLAB_TERMINAL=$$ "$@" sh
code=$?
[ -z "\${hung-}" ] || for file in $(grep -lszx "VETHLAB_TERMINAL=$$" /proc/[0-9]*/environ); do
  pid=\${file%/environ}
  kill -KILL "\${pid#/proc/}"
done
exit $code`

/** An interactive shell in a place; by default on the first server. Returns its exit code. */
export async function shell(name: string, where: string | undefined): Promise<number> {
  const lab = standing(name)
  const place = await reachable(lab, where)
  const prompt = promptOf(place.name)
  const bash = findProgram('bash', lab.path)
  const noted = bash && !place.record.host && exerciseOf(lab.name) ? recording : []
  const inside = bash
    ? ['env', ...noted, prompt, bash, '--noprofile', '--norc', '-i']
    : ['env', prompt, 'sh', '-i']
  // It begins at home: where it was called, nothing could be written.
  const home = place.record.host ? [] : ['sh', '-c', 'cd; exec "$@"', 'sh']
  const argv =
    place.kind === 'container'
      ? ['sh', '-c', inContainer, 'sh', process.stdin.isTTY ? '-it' : '-i', '-e', prompt, place.name]
      : [...home, ...withTerminal(lab, place, onServer(place, inside))]
  process.stderr.write(`${greeting(place)}\n`)
  process.on('SIGINT', () => {}) // Ctrl-C is for the program in the shell
  const child = enter({ lab, server: place.record }, argv, { stdio: 'inherit' })
  return (await finished(child)).code
}

export interface LabStatus {
  name: string
  title: string
  file: string
  state: LabRecord['state']
  /** `host`: its first server is this machine itself. */
  on?: LabRecord['on']
  since: string
  places: Array<{
    kind: string
    name: string
    server: string
    up: boolean
    addresses: Array<{ dev: string; address: string }>
    cables?: Cable[]
    /** A server whose first process is gone. */
    ended?: true
    /** `silent`: its Docker Engine does not answer. */
    engine?: 'silent'
  }>
}

/** All labs that are up, or the one of that name, with their places and addresses. */
export async function status(name?: string): Promise<LabStatus[]> {
  const only = name === undefined ? undefined : labName(name)
  const labs = only === undefined ? allLabs() : [findLab(only)].filter((lab) => lab !== undefined)
  return Promise.all(
    labs.map(async (lab) => ({
      name: lab.name,
      title: lab.title,
      file: relative(process.cwd(), lab.file),
      state: lab.state,
      ...(lab.on ? { on: lab.on } : {}),
      since: lab.since,
      places: (await placesOf(lab, await ownOf(lab))).map(
        ({ kind, name, server, up, ended, addresses, cables, engine }) => ({
          kind,
          name,
          server,
          up,
          addresses,
          ...(ended ? { ended } : {}),
          ...(cables ? { cables } : {}),
          ...(engine ? { engine } : {}),
        }),
      ),
    })),
  )
}

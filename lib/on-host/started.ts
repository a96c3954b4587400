/** The processes and files of a lab on this machine itself, and the machine's own engine. */
import { readdirSync, readFileSync } from 'node:fs'
import { Unable } from '../errors.ts'
import { labMark } from '../server/enter.ts'
import { until } from '../server/process.ts'
import { hostFolder, type LabRecord } from '../server/state.ts'

/** The variable by which the processes that a lab has started on this machine are found again. */
const startedBy = 'VETHLAB_ON_HOST'

const mark = ({ name, since }: LabRecord): string => `${name} ${since}`

/** What the processes that a lab starts on this machine have in their environment. */
export const startedFor = (lab: LabRecord): Record<string, string> => ({
  VETHLAB_LAB: labMark(lab.name),
  [startedBy]: mark(lab),
})

/** Words with the files of a lab, which on a virtual server are in its own /run, in the folder of the lab on this machine. */
export const inLabFolder = (lab: string, words: readonly string[]): string[] => {
  const folder = hostFolder(lab)
  return words.map((word) => word.replaceAll('/run/vethlab-', `${folder}/`))
}

/** Makes sure that this machine's own engine answers. */
export async function machineEngine(): Promise<void> {
  const { client, thisMachine } = await import('../server/engine-api.ts')
  try {
    await client(thisMachine).ping()
  } catch (error) {
    throw new Unable(`the Docker Engine of this machine does not answer: ${(error as Error).message}`, {
      command: 'docker version',
      hint: 'Start it (systemctl start docker), then try again.',
    })
  }
}

/** Ends the processes that a lab has started on this machine, and that go on: listeners, captures. */
export async function endStartedFor(record: LabRecord): Promise<void> {
  const entry = `\0${startedBy}=${mark(record)}\0`
  const theirs = (): number[] =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid && bears(pid, entry))
  const ended = await until(() => {
    const left = theirs()
    for (const pid of left)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {} // it has ended meanwhile
    return left.length === 0
  }, 5000)
  if (!ended) throw new Unable(`processes of ${record.name} do not end: ${theirs().join(', ')}`)
}

function bears(pid: number, entry: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(entry)
  } catch {
    return false // it has ended meanwhile
  }
}

/** A capture that is begun by a click: its packets as lines, and the file for Wireshark. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Unable } from '../errors.ts'
import type { LabRecord } from '../server/state.ts'
import { inside, type Stack } from '../why/stacks.ts'

/** A capture ends by itself after so many packets. */
const mostPackets = 2000

/** And after so many bytes. */
const mostBytes = 16 * 2 ** 20

/** So many are kept, for their files to be taken away. */
const mostKept = 4

interface Running {
  lab: string
  child: ChildProcess
  bytes: Buffer[]
  ended: Promise<void>
}

const unknown = (): Unable => new Unable('there is no such capture')

/** The captures of a server. */
export function capturing() {
  const all = new Map<string, Running>()
  const of = (id: string): Running => {
    const found = all.get(id)
    if (!found) throw unknown()
    return found
  }
  /** The packets of a pcap file as tcpdump shows them, a line each. */
  const lines = (bytes: Buffer): Promise<string[]> =>
    new Promise((done) => {
      const child = spawn('tcpdump', ['-n', '-t', '-e', '-r', '-'], { stdio: ['pipe', 'pipe', 'ignore'] })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      child.on('close', () => done(text.split('\n').filter(Boolean))).on('error', () => done([]))
      child.stdin.on('error', () => {}).end(bytes)
    })
  return {
    start(lab: LabRecord, stack: Stack, dev: string): { id: string } {
      if (!stack.links.some(({ name }) => name === dev)) throw new Unable(`there is no interface ${dev}`)
      // Who becomes another user is not told any more when this process is killed: it stays root of the lab.
      const words = ['tcpdump', '-Z', 'root', '-i', dev, '-n', '-U', '-c', String(mostPackets), '-w', '-']
      const child = inside(lab).start(stack, words, ['ignore', 'pipe', 'ignore'])
      const bytes: Buffer[] = []
      let size = 0
      child.stdout?.on('data', (part: Buffer) => {
        bytes.push(part)
        size += part.length
        if (size > mostBytes) child.kill('SIGTERM')
      })
      const ended = new Promise<void>((done) => {
        child.once('close', () => done()).once('error', () => done())
      })
      const id = randomUUID()
      all.set(id, { lab: lab.name, child, bytes, ended })
      for (const [oldest, { child }] of [...all].slice(0, -mostKept)) {
        child.kill('SIGKILL')
        all.delete(oldest)
      }
      return { id }
    },
    async look(id: string): Promise<{ packets: string[] }> {
      return { packets: await lines(Buffer.concat(of(id).bytes)) }
    },
    async stop(id: string): Promise<{ packets: string[] }> {
      const { child, bytes, ended } = of(id)
      child.kill('SIGTERM')
      await ended
      return { packets: await lines(Buffer.concat(bytes)) }
    },
    file: async (id: string): Promise<ArrayBuffer> => {
      const bytes = Buffer.concat(of(id).bytes)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    },
    /** Ends those of a lab that nobody looks at any more. What they have seen is kept. */
    endOf(name: string) {
      for (const { lab, child } of all.values()) if (lab === name) child.kill('SIGTERM')
    },
    endAll() {
      for (const { child } of all.values()) child.kill('SIGKILL')
    },
  }
}

export type Capturing = ReturnType<typeof capturing>

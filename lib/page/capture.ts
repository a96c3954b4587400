/** A capture that is begun by a click: its packets as lines, and the file for Wireshark. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Unable } from '../errors.ts'
import type { LabRecord } from '../server/state.ts'
import { inside, type Stack } from '../why/stacks.ts'

/** A capture ends by itself after so many packets. */
const mostPackets = 2000

interface Running {
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
      const words = ['tcpdump', '-i', dev, '-n', '-U', '-c', String(mostPackets), '-w', '-']
      const child = inside(lab).start(stack, words, ['ignore', 'pipe', 'ignore'])
      const bytes: Buffer[] = []
      child.stdout?.on('data', (part: Buffer) => bytes.push(part))
      const ended = new Promise<void>((done) => {
        child.once('close', () => done()).once('error', () => done())
      })
      const id = randomUUID()
      all.set(id, { child, bytes, ended })
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
    endAll() {
      for (const { child } of all.values()) child.kill('SIGKILL')
    },
  }
}

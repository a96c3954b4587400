/** A question to a name server, as bytes: RFC 1035. Pure, but for `askName`, which sends it from a stack. */
import { plain } from './address.ts'
import type { Inside, Stack } from './stacks.ts'

/** What a name server said. */
export type Answer = { ok: true; addresses: string[] } | { ok: false; said: 'silent' | 'unknown' | 'refused' }

const types = { 4: 1, 6: 28 } as const

/** The bytes that ask for the address of a name. */
export function query(name: string, family: 4 | 6): Buffer {
  const labels = name.replace(/\.$/, '').split('.')
  const words = labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  // One question, and please ask others in turn.
  const head = Buffer.from([0x76, 0x6c, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([head, ...words, Buffer.from([0, 0, types[family], 0, 1])])
}

/** Where a name ends that begins at an offset. */
function afterName(bytes: Buffer, at: number): number {
  let here = at
  for (;;) {
    const length = bytes[here] ?? 0
    if (length >= 0xc0) return here + 2
    if (length === 0) return here + 1
    here += length + 1
  }
}

/** Reads an answer. */
export function answer(bytes: Buffer): Answer {
  if (bytes.length < 12) return { ok: false, said: 'silent' }
  const code = (bytes[3] ?? 0) & 15
  if (code !== 0 && code !== 3) return { ok: false, said: 'refused' }
  const addresses: string[] = []
  let at = afterName(bytes, 12) + 4
  for (let i = 0; i < bytes.readUInt16BE(6) && at + 10 < bytes.length; i++) {
    const data = afterName(bytes, at) + 10
    const type = bytes.readUInt16BE(data - 10)
    const size = bytes.readUInt16BE(data - 2)
    const rest = bytes.subarray(data, data + size)
    if (type === 1) addresses.push([...rest].join('.'))
    if (type === 28)
      addresses.push(
        plain(Array.from({ length: 8 }, (_, n) => rest.readUInt16BE(2 * n).toString(16)).join(':')),
      )
    at = data + size
  }
  return addresses.length > 0 ? { ok: true, addresses } : { ok: false, said: 'unknown' }
}

/** Asks a name server from a stack: as the programs there do. Waits for 1.2 seconds at most. */
export function askName(
  into: Inside,
  from: Stack,
  server: string,
  name: string,
  family: 4 | 6,
): Promise<Answer> {
  return new Promise((resolve) => {
    const child = into.start(from, ['nc', '-n', '-u', '-w', '2', server, '53'], ['pipe', 'pipe', 'ignore'])
    const end = (said: Answer) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      resolve(said)
    }
    const timer = setTimeout(end, 1200, { ok: false, said: 'silent' })
    child.once('error', () => end({ ok: false, said: 'silent' }))
    child.once('close', () => end({ ok: false, said: 'silent' }))
    child.stdout?.once('data', (bytes: Buffer) => end(answer(bytes)))
    child.stdin?.on('error', () => {})
    child.stdin?.write(query(name, family))
  })
}

/** Makes the packets of a probe visible in each stack, and listens. */
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { Unable } from '../errors.ts'
import { toolMissing } from '../server/packages.ts'
import { until } from '../server/process.ts'
import { called, type Inside, type Stack } from './stacks.ts'
import { headers, type Passage, traceReader } from './trace.ts'
import { type Probe, watchLines } from './watch.ts'

export interface Monitor {
  /** What was seen so far, in the order of arrival. */
  readonly passages: readonly Passage[]
  /** Whether the way out of each interface is seen: kernels before 5.16 cannot tell. */
  readonly egress: boolean
  /** Whether everything that was heard has been told. */
  idle(): boolean
  /** Throws when a place was not watched to the end: no verdict over a gap. A way that was seen whole has none. */
  mustHaveHeard(whole: boolean): void
  stop(): Promise<void>
}

/** The multicast group of nftables' trace, NFNLGRP_NFTRACE in linux/netfilter/nfnetlink.h, as a bit. */
const traceGroup = 1 << (9 - 1)
const netfilter = 12

/** The bytes that wait for a process that listens to the trace; undefined when it does not. proc(5), /proc/PID/net/netlink. */
function waiting(pid: number): number | undefined {
  const mine = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  const [, , , , bytes] =
    readFileSync(`/proc/${pid}/net/netlink`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find(
        ([, protocol, , groups = '0', ...rest]) =>
          Number(protocol) === netfilter &&
          Number.parseInt(groups, 16) & traceGroup &&
          mine.includes(`socket:[${rest.at(-1)}]`),
      ) ?? []
  return bytes === undefined ? undefined : Number(bytes)
}

/** Whether a process listens to the trace, in the namespace of that number. */
function listens(pid: number, namespace: number): boolean {
  try {
    return statSync(`/proc/${pid}/ns/net`).ino === namespace && waiting(pid) !== undefined
  } catch {
    return false // it is just starting, or has ended
  }
}

/** Whether a process has told all that it heard: nothing waits for it, and it sleeps. On a busy machine that takes long. */
function idle(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('S') && waiting(pid) === 0
  } catch {
    return true // it has ended
  }
}

/** One nft in one stack. It ends with this process, even when that is killed, and its tables end with it. */
function start(into: Inside, stack: Stack, lines: string[], heard: (line: string) => void) {
  const child = into.start(stack, ['nft', '-a', '-i'], 'pipe')
  let complaint = ''
  let begun = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const all = (begun + text).split('\n')
    begun = all.pop() ?? ''
    for (const line of all) heard(line)
  })
  child.stdin?.on('error', () => {}) // its end is noticed by ready()
  child.stdin?.write(`${lines.join('\n')}\n`)
  let ended = false
  child.once('close', () => {
    ended = true
  })
  child.once('error', () => {
    ended = true
  })
  const number = statSync(stack.path).ino
  return {
    child,
    said: () => complaint.trim(),
    ready: () => until(() => ended || /Error:/.test(complaint) || listens(child.pid ?? 0, number), 3000, 2),
  }
}

async function stopAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
      const end = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGTERM')
      await end
    }),
  )
}

/** Puts a passage where it belongs in time: of some the header is known later. */
function insert(passages: Passage[], passage: Passage): void {
  const before = passages.findLastIndex(({ at }) => at <= passage.at)
  passages.splice(before + 1, 0, passage)
}

const notWatched = (said: string): Unable =>
  new Unable(said || 'nft ended without a word', {
    command: 'nft -a -i',
    hint: 'Nothing is known of the packet: not all places could be watched.',
  })

/** Listens in all stacks; returns when each of them hears. A tool that fails is an error, never a verdict. */
export async function listen(
  into: Inside,
  stacks: readonly Stack[],
  probe: Probe,
  egress = true,
): Promise<Monitor> {
  const passages: Passage[] = []
  const dark: string[] = []
  const kept = headers()
  const table = `why_${process.pid}_${probe.mark}`
  const all = stacks.map((stack) => {
    const read = traceReader(
      stack.place.name,
      table,
      (passage) => insert(passages, passage),
      (dev) => dark.push(`${dev} of ${called(stack.place)}`),
      kept,
    )
    const devices = stack.links.map(({ name }) => name)
    return start(into, stack, watchLines(table, devices, probe, egress), read)
  })
  const children = all.map(({ child }) => child)
  const stop = () => stopAll(children)
  const ready = await Promise.all(all.map((one) => one.ready()))
  const failed = all.find((one, i) => !ready[i] || one.said() !== '' || one.child.exitCode !== null)
  if (failed) {
    await stop()
    const said = failed.said()
    if (egress && /not supported|No such file/.test(said)) return listen(into, stacks, probe, false)
    if (/nft: No such file|failed to execute nft/.test(said)) throw toolMissing('nft')
    throw notWatched(said)
  }
  return {
    passages,
    egress,
    mustHaveHeard(whole) {
      const deaf = all.find((one) => one.said() !== '' || one.child.exitCode !== null)
      if (deaf) throw notWatched(deaf.said())
      const [gap] = dark
      if (gap && kept.unknown() > 0 && !whole)
        throw new Unable(`this nft does not show what left by ${gap}`, {
          command: 'nft monitor trace',
          hint: 'Nothing is said of a packet whose way was not seen. Another version may show it: nft --version',
        })
    },
    idle: () => children.every(({ pid = 0 }) => idle(pid)),
    stop,
  }
}

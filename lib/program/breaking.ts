/** Breaks a link of a lab, and heals it: down, up, flapping, slow, late, lossy. */
import { setTimeout as pause } from 'node:timers/promises'
import { BadInput, Unable } from '../errors.ts'
import type { Place } from '../language/command.ts'
import { ifName } from '../language/names.ts'
import type { Servers } from '../server/servers.ts'
import { type Inside, inside } from './inside.ts'

/** Something that is broken, until it is healed: by hand, or at the end of a block that says `await using`. */
export interface Broken extends AsyncDisposable {
  /** The words that broke it, a line for each: which program did it, and where. */
  readonly how: readonly string[]
  /** Puts it back; twice is harmless. */
  heal(): Promise<void>
}

/** How bad a link is made. At least one of them. */
export interface Impairment {
  /** Milliseconds that each packet is late. */
  delay?: number
  /** Milliseconds by which that varies. */
  jitter?: number
  /** Percent of the packets that are lost. */
  loss?: number
  /** How fast it is at most, as tc(8) has it: `1mbit`, `500kbit`. */
  rate?: string
}

/** An interface of a place, to be broken. */
export interface BreakableLink {
  /** Takes it down, with its routes. */
  down(): Promise<Broken>
  /** Brings it up. */
  up(): Promise<void>
  /** Takes it down and brings it up, so many times. Default: 3 times, 100 ms each. */
  flap(how?: { times?: number; down?: number; up?: number }): Promise<void>
  /**
   * Makes it late, lossy or slow. By netem, for what leaves, where the kernel has it; else the rate by tbf, and the loss by
   * iptables' `statistic`, of what arrives. A delay takes netem.
   */
  impair(how: Impairment): Promise<Broken>
}

/** Makes something that is broken; it is healed once. */
export function broken(how: readonly string[], back: () => Promise<void>): Broken {
  let healing: Promise<void> | undefined
  const heal = () => {
    healing ??= back()
    return healing
  }
  return Object.freeze({ how, heal, [Symbol.asyncDispose]: heal })
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** What an interface loses when it goes down, as words for ip(8) that bring it back. */
async function lossesOf(there: Inside, dev: string): Promise<string[][]> {
  const addresses = lines(await there.must(['ip', '-6', '-o', 'addr', 'show', 'dev', dev, 'scope', 'global']))
  const routes = async (family: '-4' | '-6') => {
    const { stdout } = await there.run(['ip', family, 'route', 'show', 'table', 'all', 'dev', dev])
    return lines(stdout)
      .filter((line) => !/\bproto kernel\b|^(local|broadcast|multicast|anycast) /.test(line))
      .map((line) => line.replace(/ (linkdown|dead|pref \w+)\b/g, ''))
      .map((line) => ['ip', family, 'route', 'replace', ...line.split(/\s+/), 'dev', dev])
  }
  return [
    ...addresses.map((line) => ['ip', '-6', 'addr', 'replace', line.split(/\s+/)[3] ?? '', 'dev', dev]),
    ...(await routes('-4')),
    ...(await routes('-6')),
  ]
}

async function down(there: Inside, dev: string): Promise<Broken> {
  const losses = await lossesOf(there, dev)
  const words = ['ip', 'link', 'set', 'dev', dev, 'down']
  await there.must(words)
  return broken([`${there.place.name}: ${words.join(' ')}`], async () => {
    await there.must(['ip', 'link', 'set', 'dev', dev, 'up'])
    for (const words of losses) await there.must(words)
  })
}

/** Bits in a second. Source: tc(8), PARAMETERS. */
function bits(rate: string): number {
  const [, number = '', prefix = '', unit = ''] = rate.match(/^(\d+(?:\.\d+)?)([kmg]?)(bit|bps)$/i) ?? []
  const factor = { k: 1e3, m: 1e6, g: 1e9 }[prefix.toLowerCase()] ?? 1
  const value = Number(number) * factor * (unit.toLowerCase() === 'bps' ? 8 : 1)
  if (!(value >= 1000))
    throw new BadInput(`${JSON.stringify(rate)} is no rate`, { hint: "As in: rate: '1mbit'" })
  return value
}

function inRange(value: number | undefined, what: string, most: number): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0 && value <= most))
    throw new BadInput(`${what} ${JSON.stringify(value)} is not from 0 to ${most}`)
}

/** The words behind `netem`. Source: tc-netem(8). */
const netemWords = ({ delay = 0, jitter, loss, rate }: Impairment): string[] => [
  ...(delay > 0 || jitter ? ['delay', `${delay}ms`, ...(jitter ? [`${jitter}ms`] : [])] : []),
  ...(loss ? ['loss', `${loss}%`] : []),
  ...(rate ? ['rate', rate] : []),
]

/** A command, and the one that takes it back. */
type Pair = readonly [does: readonly string[], undo: readonly string[]]

/** What is done where the kernel has no netem. */
function withoutNetem(dev: string, { delay, jitter, loss, rate }: Impairment): Pair[] {
  if (delay || jitter)
    throw new Unable('this kernel has no netem, and nothing else makes packets late', {
      hint: 'It is the module sch_netem: modprobe sch_netem. Loss and rate go without it.',
    })
  const pairs: Pair[] = []
  if (rate) {
    const burst = String(Math.max(4000, Math.ceil(bits(rate) / 800)))
    const shaped = ['root', 'tbf', 'rate', rate, 'burst', burst, 'latency', '400ms']
    pairs.push([
      ['tc', 'qdisc', 'add', 'dev', dev, ...shaped],
      ['tc', 'qdisc', 'del', 'dev', dev, 'root'],
    ])
  }
  if (loss)
    for (const program of ['iptables', 'ip6tables']) {
      const matches = ['-i', dev, '-m', 'statistic', '--mode', 'random', '--probability', String(loss / 100)]
      const rule = (how: string) => [program, '-w', '-t', 'raw', how, 'PREROUTING', ...matches, '-j', 'DROP']
      pairs.push([rule('-I'), rule('-D')])
    }
  return pairs
}

const noNetem = /qdisc kind is unknown|No such file or directory|Operation not supported/i

async function impair(there: Inside, dev: string, how: Impairment): Promise<Broken> {
  const { delay, jitter, loss, rate } = how
  inRange(delay, 'the delay', 600_000)
  inRange(jitter, 'the jitter', 600_000)
  inRange(loss, 'the loss', 100)
  if (rate !== undefined) bits(rate)
  if (!delay && !jitter && !loss && !rate)
    throw new BadInput('nothing is to be made worse', {
      hint: "As in: { delay: 50, jitter: 10, loss: 5, rate: '1mbit' }",
    })
  const netem = ['tc', 'qdisc', 'add', 'dev', dev, 'root', 'netem', ...netemWords(how)]
  const { code, stderr } = await there.run(netem)
  const told = (words: readonly string[]) => `${there.place.name}: ${words.join(' ')}`
  if (code === 0)
    return broken([told(netem)], async () => {
      await there.must(['tc', 'qdisc', 'del', 'dev', dev, 'root'])
    })
  if (!noNetem.test(stderr)) await there.must(netem) // tells what is wrong
  const done: Pair[] = []
  const back = async () => {
    for (const [, off] of done.splice(0).reverse()) await there.must(off)
  }
  try {
    for (const pair of withoutNetem(dev, how)) {
      await there.must(pair[0])
      done.push(pair)
    }
  } catch (error) {
    await back()
    throw error
  }
  return broken(
    done.map(([words]) => told(words)),
    back,
  )
}

/** An interface of a place. */
export function breakable(servers: Servers, place: Place, name: string): BreakableLink {
  const dev = ifName(name)
  const entered = () => inside(servers, place)
  return {
    down: async () => down(await entered(), dev),
    up: async () => void (await (await entered()).must(['ip', 'link', 'set', 'dev', dev, 'up'])),
    async flap({ times = 3, down: off = 100, up: on = 100 } = {}) {
      for (let i = 0; i < times; i++) {
        const cut = await down(await entered(), dev)
        await pause(off)
        await cut.heal()
        await pause(on)
      }
    },
    impair: async (how) => impair(await entered(), dev, how),
  }
}

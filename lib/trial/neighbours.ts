/** What places know of an address that a fix moves: forgotten while it is made, and held again when it is put back. */
import { until } from '../server/process.ts'
import type { Inside, Stack } from '../why/stacks.ts'
import type { Fix } from '../why/verdict.ts'

/** What a place had learned of a neighbour. What somebody typed, a permanent entry, is part of the place's state. */
export interface Learned {
  stack: Stack
  address: string
  dev: string
  mac?: string
}

/** The addresses that a fix gives or takes away. */
const addressesOf = ({ lines }: Fix): string[] =>
  lines.flatMap((line) => {
    const at = line.indexOf('addr')
    const [verb = '', address = ''] = line.slice(at + 1)
    return at > 0 && /^(add|del)$/.test(verb) ? [address.split('/')[0] ?? ''] : []
  })

async function learnedIn(into: Inside, stack: Stack, address: string): Promise<Learned[]> {
  const { stdout } = await into.run(stack, ['ip', '-j', 'neigh', 'show', 'to', address])
  const all = JSON.parse(stdout || '[]') as Array<{ dev: string; lladdr?: string; state?: string[] }>
  return all
    .filter(({ state = [] }) => !state.includes('PERMANENT') && !state.includes('NOARP'))
    .map(({ dev, lladdr }) => ({ stack, address, dev, ...(lladdr ? { mac: lladdr } : {}) }))
}

/** Makes all places forget what they learned of the addresses of a fix: a moved address is asked for anew. */
export async function forget(into: Inside, stacks: readonly Stack[], fix: Fix): Promise<Learned[]> {
  const asked = addressesOf(fix).flatMap((address) =>
    stacks.map((stack) => learnedIn(into, stack, address).catch(() => [])),
  )
  const all = (await Promise.all(asked)).flat()
  for (const { stack, address, dev } of all)
    await into.run(stack, ['ip', 'neigh', 'del', address, 'dev', dev])
  return all
}

/** Gives them back what they knew: who is asked again holds what it held. */
export async function holdAgain(into: Inside, learned: readonly Learned[]): Promise<void> {
  for (const { stack, address, dev, mac } of learned)
    if (mac)
      await into.run(stack, ['ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', dev, 'nud', 'stale'])
}

/** Waits until a new address of IPv6 may be used: nobody else may have it. */
export async function settled(into: Inside, stack: Stack, fix: Fix): Promise<void> {
  const isNew = fix.lines.some((line) => line.includes('-6') && line.includes('addr') && line.includes('add'))
  if (!isNew) return
  const done = async () =>
    (await into.run(stack, ['ip', '-6', '-o', 'addr', 'show', 'tentative', '-dadfailed'])).stdout.trim() ===
    ''
  await until(done, 2500, 100)
}

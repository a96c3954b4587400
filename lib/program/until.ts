/** Waits until something holds in a lab: a check, a condition, or an answer of the caller's own. */
import { setTimeout as pause } from 'node:timers/promises'
import { BadInput, VethlabError } from '../errors.ts'
import type { CheckResult } from '../lab/events.ts'
import type { Check } from '../language/checks/check.ts'
import { whole } from '../language/names.ts'
import type { Condition } from './conditions.ts'
import { type Eyes, lookAt, type Seen } from './looks.ts'

/** What can be waited for: several things must hold at once. */
export type Awaited = Check | Condition | (() => unknown)

/** How long, and how often. */
export interface UntilOptions {
  /** Milliseconds after which it is given up. Default: 10000. */
  within?: number
  /** Milliseconds between two looks. Default: 50. */
  every?: number
  signal?: AbortSignal
}

type Asked = (checks: readonly Check[]) => Promise<CheckResult[]>

/** What a check is about, in words. */
const checked = ({ from, to, expected, observer }: Check): string =>
  `${from.label ?? from.name} → ${to} (${observer}): ${expected}`

/** What must hold, in words. */
function saying(one: Awaited): string {
  if (typeof one === 'function') return one.name || 'what was asked'
  return one.kind === 'check' ? checked(one) : one.says
}

async function look(one: Awaited, asked: Asked, eyes: Eyes, signal: AbortSignal): Promise<Seen> {
  if (typeof one === 'function') {
    const value = await one()
    return { ok: Boolean(value), seen: `it returned ${JSON.stringify(value)}` }
  }
  if (one.kind === 'condition') return lookAt(eyes, one, signal)
  const [result] = await asked([one])
  return { ok: result?.ok === true, seen: `observed ${result?.observed}` }
}

/** The same; what goes wrong is no end of it, for the thing may be still on its way. What can never be right is. */
async function tried(...[one, asked, eyes, signal]: Parameters<typeof look>): Promise<Seen> {
  try {
    return await look(one, asked, eyes, signal)
  } catch (error) {
    if (error instanceof BadInput) throw error
    return { ok: false, seen: error instanceof Error ? error.message : String(error) }
  }
}

const isAwaited = (one: Awaited): boolean =>
  typeof one === 'function' || one?.kind === 'check' || one?.kind === 'condition'

/** Waits until all of them hold at once. Rejects after `within` milliseconds, with what was seen last. */
export async function until(
  all: readonly Awaited[],
  asked: Asked,
  eyes: Eyes,
  { within = 10_000, every = 50, signal }: UntilOptions,
): Promise<void> {
  if (all.length === 0 || !all.every(isAwaited))
    throw new BadInput('until() was given nothing to wait for', {
      hint: 'A check, as net1.tcp(address, 80).open; listens(), logs(), answers(), healthy(); or a function that returns true.',
    })
  whole(within, 'time', 1, 2 ** 31)
  const limit = AbortSignal.timeout(within)
  const either = signal ? AbortSignal.any([signal, limit]) : limit
  const over = new Promise<never>((_, reject) => {
    either.addEventListener('abort', () => reject(either.reason), { once: true })
  })
  over.catch(() => {})
  let open: Array<{ one: Awaited; seen: string }> = all.map((one) => ({ one, seen: 'nothing yet' }))
  try {
    for (;;) {
      signal?.throwIfAborted()
      const looks = all.map((one) => tried(one, asked, eyes, either))
      const seen = await Promise.race([Promise.all(looks), over])
      if (seen.every(({ ok }) => ok)) return
      open = all.flatMap((one, i) => (seen[i]?.ok ? [] : [{ one, seen: seen[i]?.seen ?? '' }]))
      await pause(every, undefined, { signal: either })
    }
  } catch (error) {
    if (!limit.aborted || signal?.aborted || error instanceof BadInput)
      throw signal?.aborted ? signal.reason : error
    const lines = open.map(({ one, seen }) => `${saying(one)}; last seen: ${seen}`)
    throw new VethlabError(`it did not come to hold within ${within} ms: ${lines.join('\n')}`)
  }
}

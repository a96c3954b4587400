/** The named cause is taken away, the same is asked again, and the lab is put back: is it the cause? */
import type { ChildProcess } from 'node:child_process'
import { explain } from '../errors.ts'
import { guarded } from '../server/guard.ts'
import { sleep } from '../server/process.ts'
import type { LabRecord } from '../server/state.ts'
import { inside, ownerOf, type Stack } from '../why/stacks.ts'
import { stackNamed } from '../why/target.ts'
import type { Fix, Verdict } from '../why/verdict.ts'
import { type Options, type Question, type Report, why } from '../why/why.ts'
import { stackAt, standIn, untriable } from './fix.ts'
import { beginTrial, type Taken } from './journal.ts'
import { Takings } from './taken.ts'

/** `refuted`: without it, it dies all the same, by the same; or it arrives with it, too. */
export type Proof = 'proven' | 'refuted' | 'not provable'

/** One cause, and what came of taking it away. */
export interface Tried {
  verdict: Verdict
  proof: Proof
  reason: string
}

/** The answer to a question, with the proof of it. */
export interface Proven extends Report {
  /** Of the cause that is named in `verdict`. */
  proof: Proof
  reason: string
  /** Everything in the way, in order, as far as it could be taken away. */
  causes: Tried[]
  /** Whether it arrives when all of them are taken away. */
  arrives: boolean
  /** What somebody else changed meanwhile; nothing is proven then. */
  changed?: string[]
  /** What could not be put back as it was. */
  left?: string[]
}

/** A cause that is taken away now. */
interface Gone extends Tried {
  taken?: Taken
  listener?: ChildProcess
}

/** Whether the answer says that it arrives. */
export const arrives = ({ verdict }: Report): boolean => verdict.status === 'delivered'

/** What tells two causes apart; the numbers of rules change when one is taken away. */
const identity = ({ cause, place, packet, rule, undo, says }: Verdict): string =>
  JSON.stringify([cause, place, packet, rule?.text ?? undo ?? says])

/** How far it came: the reply is behind the request. */
const distance = ({ ways }: Report): number =>
  ways
    .filter(({ packet }) => packet !== 'error')
    .reduce((sum, { places }) => sum + places.reduce((steps, one) => steps + one.steps.length, 0), 0)

/** Taking away one rule of two of the same words leaves the other. */
const deletes = ({ fix }: Verdict): boolean =>
  fix?.lines.some((line) => line.includes('-D') || (line[0] === 'nft' && line[1] === 'delete')) ?? false

/** What may only need a moment, when something below it was switched on. */
const mayBeLate = /ARP|address|neighbour|link|switch|port not|subnet|vanished|VXLAN|macvlan/

/** More than that many are not looked for. */
const most = 8

/** All that belongs to one trial. */
export class Trial {
  readonly lab: LabRecord
  readonly question: Question
  readonly options: Options
  readonly takings: Takings
  readonly gone: Gone[] = []
  private stacks: readonly Stack[] = []

  constructor(lab: LabRecord, question: Question, options: Options, takings: Takings) {
    this.lab = lab
    this.question = question
    this.options = options
    this.takings = takings
  }

  /** Asks, and keeps what the lab looks like. */
  async why(options: Options): Promise<Report> {
    return why(this.lab, this.question, {
      ...options,
      look: (stacks) => {
        this.stacks = stacks
      },
    })
  }

  /** Asks the same again. What was unanswered a moment ago may be remembered as such for a second or two. */
  private async ask(): Promise<Report> {
    const again = () => this.why({})
    let report = await again()
    for (const pause of [1000, 1500]) {
      if (arrives(report) || !mayBeLate.test(report.verdict.cause)) return report
      await sleep(pause)
      report = await again()
    }
    return report
  }

  /** Takes the cause of a verdict away. */
  private async take({ verdict }: Report): Promise<Pick<Gone, 'taken' | 'listener'>> {
    if (verdict.missing) {
      const { missing } = verdict
      return { listener: await standIn(inside(this.lab), stackAt(this.stacks, missing.place), missing) }
    }
    return verdict.fix ? { taken: await this.takings.take(this.stacks, verdict.fix) } : {}
  }

  /** One cause after the other, until it arrives or nothing more can be taken away. Returns the last answer. */
  async takeAll(first: Report): Promise<Report> {
    let report = first
    while (!arrives(report)) {
      const { verdict } = report
      const tried = (proof: Proof, reason: string) => this.gone.push({ verdict, proof, reason })
      const cannot = this.gone.length >= most ? `${most} causes are enough` : untriable(verdict)
      if (cannot !== undefined) {
        tried('not provable', cannot)
        break
      }
      let away: Pick<Gone, 'taken' | 'listener'>
      try {
        away = await this.take(report)
      } catch (error) {
        tried('not provable', explain(error).replaceAll('\n', ' '))
        break
      }
      const next = await this.ask()
      const gone: Gone = { verdict, proof: 'proven', reason: '', ...away }
      this.gone.push(gone)
      Object.assign(gone, this.judged(report, next))
      report = next
      if (gone.proof === 'refuted') break
    }
    return report
  }

  /** What the answer after a fix says of the cause that was taken away. */
  private judged(report: Report, next: Report): Pick<Gone, 'proof' | 'reason'> {
    const { verdict } = report
    if (arrives(next))
      return {
        proof: 'proven',
        reason: verdict.missing ? 'with a listener there it arrives' : 'without it, it arrives',
      }
    const place = `${next.verdict.place}: ${next.verdict.says}`
    if (identity(verdict) === identity(next.verdict) && !deletes(verdict))
      return { proof: 'refuted', reason: 'it was taken away, and the probe died by the same again' }
    return distance(next) > distance(report) || next.verdict.packet !== verdict.packet || deletes(verdict)
      ? { proof: 'proven', reason: `without it the probe goes on, and ends in ${place}` }
      : { proof: 'not provable', reason: `without it the probe ends elsewhere, in ${place}` }
  }

  /** Where it only ended elsewhere without a cause: with that alone put back, it must die again. */
  async checkEach(): Promise<void> {
    for (const gone of this.gone.slice(0, -1)) {
      if (gone.proof !== 'not provable' || !gone.taken) continue
      const report = await this.takings.without(this.stacks, gone.taken, () => this.why({}))
      Object.assign(
        gone,
        arrives(report)
          ? { proof: 'refuted', reason: 'the others were in the way: with this alone it arrives' }
          : { proof: 'proven', reason: 'with this alone put back, it dies again' },
      )
    }
  }

  /** Puts one back for good. */
  async giveBack(gone: Gone): Promise<void> {
    if (gone.taken) await this.takings.back(gone.taken)
    gone.proof = 'refuted'
    gone.reason = 'it arrives without its fix, too'
  }

  /** Takes a cause away by another fix; one that fails leaves the one that was there. */
  async takeBy(gone: Gone, fix: Fix): Promise<void> {
    if (gone.taken) await this.takings.back(gone.taken)
    try {
      gone.taken = await this.takings.take(this.stacks, fix)
    } catch {
      await this.takeAgain(gone)
    }
  }

  /** Takes it away once more. */
  async takeAgain(gone: Gone): Promise<void> {
    const { fix } = gone.verdict
    if (fix) gone.taken = await this.takings.take(this.stacks, fix)
    gone.proof = 'proven'
    gone.reason = 'with this alone put back, it dies again'
  }

  /** The place that is asked for, by its name or by an address that it has. */
  get target(): Stack | undefined {
    const { to } = this.question
    return stackNamed(this.stacks, to) ?? ownerOf(this.stacks, to)?.stack
  }

  /** Puts all back. */
  async end(): Promise<void> {
    for (const { listener } of this.gone) listener?.kill('SIGKILL')
    await this.takings.end()
  }
}

/** What is proven where nothing was in the way: only an answer tells that it was heard. */
const withoutFault = ({ question, ways }: Report): Pick<Tried, 'proof' | 'reason'> =>
  question.udp && !ways.some(({ packet }) => packet === 'reply')
    ? { proof: 'not provable', reason: 'the datagram arrived, and UDP itself gives no receipt' }
    : { proof: 'proven', reason: 'its reply came home' }

/** The answer, with what was found. */
function told(first: Report, { gone, takings: { changed, left } }: Trial, last: Report): Proven {
  const causes = gone.map(({ verdict, proof, reason }): Tried => ({ verdict, proof, reason }))
  const one = causes[0] ?? withoutFault(first)
  const spoilt = changed.length > 0
  return {
    ...first,
    ...(spoilt
      ? { proof: 'not provable', reason: `the lab was changed meanwhile: ${changed.join('; ')}` }
      : { proof: one.proof, reason: one.reason }),
    causes: spoilt ? causes.map((cause) => ({ ...cause, proof: 'not provable' as const })) : causes,
    arrives: arrives(last),
    ...(spoilt ? { changed } : {}),
    ...(left.length > 0 ? { left } : {}),
  }
}

/** Answers a question, and proves the answer. The lab is as it was when it returns, or is cut off. */
export async function proveWhy(lab: LabRecord, question: Question, options: Options = {}): Promise<Proven> {
  const began = performance.now()
  const journal = await beginTrial(lab)
  const trial = new Trial(lab, question, options, new Takings(lab, journal))
  const proven = await guarded(
    async () => {
      const first = await trial.why(options)
      const last = await trial.takeAll(first)
      if (arrives(last)) await trial.checkEach()
      await trial.end()
      return told(first, trial, last)
    },
    async () => {
      await trial.takings.stop()
      await trial.end()
    },
    'the lab is put back as it was',
  )
  return { ...proven, ms: Math.round(performance.now() - began) }
}

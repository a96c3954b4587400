/** Shows a run to a person: headings, commands as they would type them, what was observed and why. */
import colors from 'picocolors'
import type { CheckResult, Event, Listener } from '../lab/events.ts'
import type { Verdict } from '../why/verdict.ts'
import type { Question } from '../why/why.ts'
import { matrixTable } from './matrix-table.ts'
import { sayLine as write } from './output.ts'

export interface ScreenOptions {
  /** Shows below each command the one that takes it back. */
  undo?: boolean
  /** Shows steps, commands and checks as they happen. Without it: only what fails, and the end. */
  verbose: boolean
}

/** Paths below the working folder are shown from there, as a person would type them. */
const shorten = (text: string): string => text.replaceAll(`${process.cwd()}/`, '')

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 100 ? 2 : 1)} s`

/** A spinner on a terminal; without one, nothing: the line that follows says it all. */
function spin(text: string): () => void {
  if (!process.stderr.isTTY) return () => {}
  let stop = () => {}
  const spinner = import('yocto-spinner').then(({ default: yocto }) => {
    const shown = yocto({ text }).start()
    stop = () => void shown.stop()
    return shown
  })
  return () => void spinner.then(() => stop())
}

/** A listener that writes to the terminal. */
export function screen({ undo = false, verbose }: ScreenOptions): Listener {
  let stopSpinner = () => {}
  const indent = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n')
  return (event: Event) => {
    switch (event.kind) {
      case 'begin':
        write(`${colors.bold(event.lab)}  ${event.title}`)
        if (verbose) write(colors.dim(`  ${whereIt(event)}`))
        if (event.again) write(`${event.lab} is up already: checking it again.`)
        return
      case 'waiting':
        stopSpinner = spin(event.what)
        return
      case 'waited':
        stopSpinner()
        if (verbose) write(colors.dim(`  ${event.what}, ${seconds(event.ms)}`))
        return
      case 'step':
        if (verbose) write(`\n${colors.bold(`${event.number}  ${event.title}`)}`)
        return
      case 'command':
        if (!verbose) return
        write(`  ${colors.dim(`${event.place.server}$`)} ${shorten(event.text)}`)
        if (undo && event.undo) write(colors.dim(`    undo: ${shorten(event.undo)}`))
        if (event.output?.trim()) write(colors.dim(indent(event.output)))
        return
      case 'check':
        if (event.ok && verbose && !event.pair) write(checkLine(event))
        if (!event.ok) write(`${checkLine(event)}\n    try: ${shorten(event.command)}`)
        if (event.verdict && ((verbose && !event.pair) || !event.ok)) write(becauseLine(event.verdict))
        return
      case 'matrix':
        if (verbose) write(`${matrixTable(event.results)}\n    ${colors.dim(event.why)}`)
        return
      case 'notice':
        write(event.text)
        return
      case 'warning':
        process.stderr.write(`${colors.yellow('warning')}: ${event.text}\n`)
    }
  }
}

const whereIt = ({ on, rootless }: Extract<Event, { kind: 'begin' }>): string =>
  on === 'host' ? 'on this machine itself' : rootless ? 'without root, in a user namespace' : 'as root'

const question = ({ from, to }: CheckResult): string => `${from} → ${to}`

const checkLine = (check: CheckResult): string =>
  check.ok
    ? `  ${colors.green('✓')} ${question(check)}: ${check.observed}  ${colors.dim(check.why)}`
    : `  ${colors.red('✗')} ${question(check)}: expected ${check.expected}, observed ${colors.red(check.observed)}  ${colors.dim(check.why)}`

/** What `why` found, below its check. */
const becauseLine = ({ says, place, rule }: Verdict): string =>
  colors.dim(`      in ${place}: ${says}${rule ? `\n        ${rule.text}` : ''}`)

/** A table without lines: columns are enough. */
export const borderless = {
  wordWrap: true,
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  chars: Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid', 'middle']
      .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`, `mid-${side}`])
      .map((name) => [name, '']),
  ),
}

/** The checks as a table: of 80 columns, or as wide as the terminal up to 160. */
export async function checkTable(checks: readonly CheckResult[]): Promise<string> {
  const { default: Table } = await import('cli-table3')
  const spare = Math.max(0, Math.min(process.stdout.columns ?? 80, 160) - 80)
  const table = new Table({
    ...borderless,
    head: ['', 'from', 'to', 'expected', 'observed', 'why'].map((text) => colors.bold(text)),
    colWidths: [2, 14, 19 + Math.ceil(spare / 4), 14 + Math.floor(spare / 4), 14, 17 + Math.floor(spare / 2)],
  })
  for (const check of checks)
    table.push([
      check.ok ? colors.green('✓') : colors.red('✗'),
      check.from,
      check.to,
      check.expected,
      check.ok ? check.observed : colors.red(check.observed),
      check.why,
    ])
  return table.toString()
}

export interface SummaryOptions {
  /** All checks as a table. */
  table: boolean
  /** How to ask why a check failed, when the lab stays up. */
  howToAsk?: ((question: Question) => string) | undefined
}

/** Of so many failures each is told once more at the end; of more, the first. */
const toldAgain = 8

/** The last words of a run: how many checks hold, and what failed, with the line that finds out why. */
export async function summary(
  checks: readonly CheckResult[],
  ms: number,
  { table, howToAsk }: SummaryOptions,
): Promise<void> {
  const failed = checks.filter((check) => !check.ok)
  const rows = checks.filter((check) => !check.ok || !check.pair)
  if (table && rows.length > 0) write(`\n${await checkTable(rows)}`)
  if (failed.length === 0) {
    write(`\n${colors.green(countText(checks.length, ms))}`)
    return
  }
  write(`\n${colors.red(`${failed.length} of ${checks.length} checks failed, ${seconds(ms)}:`)}`)
  for (const check of failed.slice(0, toldAgain)) {
    write(`  ${colors.red('✗')} ${question(check)}: expected ${check.expected}, observed ${check.observed}`)
    if (check.question && howToAsk) write(`    why: ${howToAsk(check.question)}`)
  }
  if (failed.length > toldAgain) write(`  … and ${failed.length - toldAgain} more, above`)
}

const countText = (count: number, ms: number): string =>
  count === 0 ? `Done, and nothing was checked, ${seconds(ms)}.` : `All ${count} checks hold, ${seconds(ms)}.`

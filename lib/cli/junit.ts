/** What a test has found as JUnit's XML, which CI systems read: a suite for a scenario, a case for a check. */
import { because } from '../lab/check-failed.ts'
import type { CheckResult } from '../lab/events.ts'

/** A scenario that was tested. */
export interface Suite {
  scenario: string
  ms: number
  checks: readonly CheckResult[]
  /** What ended it before its end. */
  error?: string | undefined
}

/** Text as XML takes it. What XML 1.0 cannot hold is left out. */
const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out
    .replace(/\x1b\[[\d;]*m|[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

const attributes = (all: Readonly<Record<string, string | number>>): string =>
  Object.entries(all)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('')

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

function caseText(scenario: string, check: CheckResult): string {
  const { from, to, expected, observed, ok, command, why, verdict, ms } = check
  const head = { classname: scenario, name: `${from} → ${to}: ${expected} (${why})`, time: seconds(ms) }
  if (ok) return `    <testcase${attributes(head)}/>`
  const text = [command, ...(verdict ? because(verdict) : [])].join('\n')
  const failure = `<failure${attributes({ message: `expected ${expected}, observed ${observed}` })}>${escaped(text)}</failure>`
  return `    <testcase${attributes(head)}>\n      ${failure}\n    </testcase>`
}

function suiteText({ scenario, ms, checks, error }: Suite): string {
  const failures = checks.filter(({ ok }) => !ok).length
  const errors = error === undefined ? 0 : 1
  const head = { name: scenario, tests: checks.length + errors, failures, errors, time: seconds(ms) }
  const broken =
    error === undefined
      ? []
      : [
          `    <testcase${attributes({ classname: scenario, name: 'it is built' })}>`,
          `      <error${attributes({ message: error.split('\n')[0] ?? '' })}>${escaped(error)}</error>`,
          '    </testcase>',
        ]
  return [
    `  <testsuite${attributes(head)}>`,
    ...checks.map((check) => caseText(scenario, check)),
    ...broken,
    '  </testsuite>',
  ].join('\n')
}

/** The whole document. */
export const junit = (suites: readonly Suite[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.map(suiteText).join('\n')}\n</testsuites>\n`

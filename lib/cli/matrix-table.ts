/** The table of all pairs: rows from, columns to. */
import colors from 'picocolors'
import type { CheckResult } from '../lab/events.ts'

/** ✓ replies, · no reply; in red, with a mark, where it is not what must be. */
function field({ ok, observed }: CheckResult): string {
  const sign = observed.startsWith('replies') ? '✓' : '·'
  return ok ? sign : colors.red(`${sign}!`)
}

/** From so many names on the columns have none: they come in the order of the rows. */
const many = 16

/** The results that have a pair, as lines of text; columns are as wide as the longest name, or, of many, as a sign. */
export function matrixTable(results: readonly CheckResult[]): string {
  const fields = new Map(results.map((result) => [`${result.pair?.from}\n${result.pair?.to}`, result]))
  const names = [...new Set(results.flatMap(({ pair }) => (pair ? [pair.from, pair.to] : [])))]
  const dense = names.length > many
  const widest = Math.max(...names.map((name) => name.length)) + 2
  const pad = (text: string, shown = text, width = widest) =>
    shown + ' '.repeat(Math.max(0, width - text.length))
  const row = (from: string) => {
    const signs = names.map((to) => {
      const result = fields.get(`${from}\n${to}`)
      const shown = result ? field(result) : ''
      const text = result ? (result.ok ? 'x' : 'x!') : ''
      return pad(text, shown, dense ? 1 : widest)
    })
    return `  ${pad(from)}${signs.join('')}`.trimEnd()
  }
  const head = dense ? [] : [`  ${pad('')}${names.map((name) => pad(name)).join('')}`.trimEnd()]
  const to = dense ? 'in the same order from left to right' : 'to the top'
  const legend = colors.dim(`  ${pad('')}from the left ${to}: ✓ replies, · no reply, ! is not what must be`)
  return [...head, ...names.map(row), legend].join('\n')
}

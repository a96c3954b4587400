/** The table of all pairs: rows from, columns to. */
import colors from 'picocolors'
import type { CheckResult } from './events.ts'

/** ✓ replies, · no reply; in red, with a mark, where it is not what must be. */
function field({ ok, observed }: CheckResult): string {
  const sign = observed.startsWith('replies') ? '✓' : '·'
  return ok ? sign : colors.red(`${sign}!`)
}

/** The results that have a pair, as lines of text; columns are as wide as the longest name. */
export function matrixTable(results: readonly CheckResult[]): string {
  const paired = results.filter((result) => result.pair)
  const names = [...new Set(paired.flatMap(({ pair }) => (pair ? [pair.from, pair.to] : [])))]
  const width = Math.max(...names.map((name) => name.length)) + 2
  const pad = (text: string, shown = text) => shown + ' '.repeat(Math.max(0, width - text.length))
  const row = (from: string) => {
    const fields = names.map((to) => {
      const result = paired.find(({ pair }) => pair?.from === from && pair.to === to)
      if (!result) return pad('')
      const text = field(result)
      return pad(result.ok ? 'x' : 'x!', text)
    })
    return `  ${pad(from)}${fields.join('')}`.trimEnd()
  }
  const legend = colors.dim(
    `  ${pad('')}from the left to the top: ✓ replies, · no reply, ! is not what must be`,
  )
  return [`  ${pad('')}${names.map((name) => pad(name)).join('')}`.trimEnd(), ...names.map(row), legend].join(
    '\n',
  )
}

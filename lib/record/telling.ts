/** Which line of a script tells best where a call stands: that of `main` says nothing, and that of `run` neither. */
import type { NotedCall } from './log.ts'

/** How many calls one line of a script may have made before the lines of the functions that it called tell them apart. */
const mostOfOneLine = 8

/** The calls with the line that tells best where each stands: of a script that is all in functions not that of `main`. */
export function withTellingLines(calls: readonly NotedCall[]): NotedCall[] {
  const stacks = new Map(
    calls.map((call) => [call, [call.line, ...(call.deeper ?? [])].filter((line) => line !== undefined)]),
  )
  const told = new Map<NotedCall, number>()
  const settle = (these: readonly NotedCall[], depth: number): void => {
    const byLine = new Map<number, NotedCall[]>()
    for (const call of these) {
      const line = stacks.get(call)?.[depth]
      if (line === undefined) continue
      told.set(call, line)
      byLine.set(line, [...(byLine.get(line) ?? []), call])
    }
    for (const same of byLine.values()) if (same.length > mostOfOneLine) settle(same, depth + 1)
  }
  settle(calls, 0)
  return calls.map((call) => {
    const line = told.get(call)
    return line === undefined ? call : { ...call, line }
  })
}

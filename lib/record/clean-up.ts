/** What a script does to clean up: vethlab removes a lab by itself, and a scenario is what was built. */
import type { Effect, Kind } from '../language/effects.ts'
import type { Line } from './lines.ts'
import type { NotedCall } from './log.ts'

/** How functions are called that clean up. */
const cleans =
  /^_*(clean|tear_?down|destroy|undo|wipe|purge|remove_all|delete_all)|clean_?up|_(teardown|destroy|clean|undo)$/i

/** The functions of a script that clean up. */
export const cleaningUp = (calls: readonly NotedCall[]): string[] => [
  ...new Set(calls.flatMap(({ within = [] }) => within.filter((name) => cleans.test(name)))),
]

/** What is removed as a whole when a lab is. */
const whole: ReadonlySet<Kind> = new Set([
  'netns',
  'link',
  'container',
  'network',
  'volume',
  'project',
] as const)

/** The names of what a line removes; undefined when it does anything else. */
function removed({ does = [] }: Line): string[] | undefined {
  const names = does.flatMap((effect: Effect) =>
    effect.does === 'removes' && whole.has(effect.kind) ? [effect.name] : [],
  )
  return does.length > 0 && names.length === does.length ? names : undefined
}

/** Whether there are effects, and all of them remove something. */
export const removesAll = (does: readonly Effect[]): boolean =>
  does.length > 0 && does.every((effect) => effect.does === 'removes' || effect.does === 'flushes')

/** How a remark on what is left out begins. */
export const cleanUp = 'clean-up, which vethlab does by itself'

const leftOut = ({ text, line }: Line): Line => ({
  kind: 'remark',
  text: `${cleanUp}: ${text}`,
  typed: false,
  ...(line === undefined ? {} : { line }),
})

/**
 * The lines without those that clean up: that remove what no line before them has made, as at the beginning, and those at the
 * end that only remove what was made.
 */
export function withoutCleanUp(lines: readonly Line[]): Line[] {
  let said = ''
  const begun = lines.map((line) => {
    const names = removed(line)
    const known = said
    if (line.kind === 'command') said += `${line.text}\n`
    if (!names || names.length === 0) return line
    if (names.some((name) => known.includes(name))) return line
    said = known
    return leftOut(line)
  })
  const last = begun.findLastIndex((line) => line.kind !== 'remark' && !removed(line))
  return begun.map((line, i) => (i > last && last >= 0 && line.kind !== 'remark' ? leftOut(line) : line))
}

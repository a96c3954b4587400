/** What a plan knows of slips: what is never given to the lab, a namespace that no step adds, a name that is taken. */
import type { Command } from '../language/command.ts'
import { toShell } from '../language/on-server.ts'
import type { Plan } from './plan.ts'

/** The namespaces that a command works in, or moves a link into. */
const enters = ({ place, does }: Command): string[] => [
  ...(place.kind === 'netns' ? [place.name] : []),
  ...does.flatMap((effect) =>
    (effect.does === 'moves' || ('kind' in effect && effect.kind === 'link')) && effect.netns !== undefined
      ? [effect.netns]
      : [],
  ),
]

/** The namespace where a link of a command is: that of its effect, or the command's own; empty on the server. */
const inside = ({ place }: Command, netns: string | undefined): string =>
  netns ?? (place.kind === 'netns' ? place.name : '')

/** The most likely slip in a step of a plan, and what to do about it; undefined when the plan knows of none. */
export function slipIn({ entries }: Pick<Plan, 'entries'>, step: number): string | undefined {
  const steps = entries.filter((entry) => entry.kind === 'step')
  const added = new Set<string>()
  const links = new Map<string, string>()
  for (const [number, { title, commands }] of steps.entries())
    for (const command of commands) {
      const { server } = command.place
      const missing = enters(command).find((name) => !added.has(`${server} ${name}`))
      if (number === step && missing !== undefined)
        return `No step before it adds the namespace ${missing}: netns('${missing}').add() does.`
      for (const effect of command.does) {
        if (effect.does === 'makes' && effect.kind === 'netns') added.add(`${server} ${effect.name}`)
        if (effect.does === 'moves') {
          links.delete(`${server} ${inside(command, undefined)} ${effect.link}`)
          links.set(
            `${server} ${inside(command, effect.netns)} ${effect.name ?? effect.link}`,
            `step "${title}"`,
          )
        }
        if (!('kind' in effect) || effect.kind !== 'link') continue
        const key = `${server} ${inside(command, effect.netns)} ${effect.name}`
        if (effect.does === 'removes') links.delete(key)
        if (effect.does !== 'makes') continue
        const before = links.get(key)
        if (number === step && before !== undefined)
          return `${before} has made an interface ${effect.name} there already: give this one another name.`
        links.set(key, `step "${title}"`)
      }
    }
  return undefined
}

/** What a scenario builds and does not give to the lab: a line for each line of the script. */
export function straysOf({ forgotten, unasked }: Pick<Plan, 'forgotten' | 'unasked'>): string[] {
  const lines = new Map<string, string[]>()
  const note = (line: string, what: string) => lines.set(line, [...(lines.get(line) ?? []), what])
  for (const { value, where } of forgotten) note(`${where()}: built`, toShell(value))
  for (const { value, where } of unasked) note(`${where()}: asked`, value.text)
  return [...lines].map(([line, [first, ...more]]) => {
    const others = more.length > 0 ? `, and ${more.length} more` : ''
    return `${line} and never given to the lab: ${first}${others}`
  })
}

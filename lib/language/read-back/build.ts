/** Says a typed line: the command or the check that it makes. What was read must be sayable, or it is no typed line. */
import { BadInput } from '../../errors.ts'
import type { Check } from '../checks/check.ts'
import type { Command, Place } from '../command.ts'
import { judge } from '../grammar/form.ts'
import { server } from '../server.ts'
import type { Typed } from './typed.ts'

/** The name in the text of a place: `net1`, or what stands in quotes in `server1.netns('a-b')`. */
const nameOf = (text: string): string => text.match(/\('(.*)'\)$/)?.[1] ?? text

/** The command, or the check, of a typed line. Throws BadInput when a value cannot be said. */
export function build({ place, calls }: Typed, at: { kind: Place['kind'] }): Command | Check {
  const host = server('server1')
  const name = nameOf(place)
  let value: unknown =
    at.kind === 'netns' ? host.netns(name) : at.kind === 'container' ? host.container(name) : host
  for (const { name, args, not } of calls) {
    const owner = (not ? (value as { not: object }).not : value) as Record<string, unknown>
    const member = owner[name]
    if (args === undefined) value = member
    else {
      if (typeof member !== 'function') throw new BadInput(`there is no ${name}()`)
      value = (member as (...args: readonly unknown[]) => unknown).apply(
        owner,
        args.map((arg) => onServer(arg, host)),
      )
    }
  }
  if (typeof value !== 'object' || value === null || !('argv' in value || 'observer' in value))
    throw new BadInput('it is no command yet')
  judge(value)
  return value as Command | Check
}

/** A namespace that was read has no server yet. */
function onServer(value: unknown, host: Place): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('kind' in value && 'name' in value) return { ...value, server: host.server }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, onServer(one, host)]))
}

/** Whether a typed line can be said. */
export function buildable(line: Typed, at: { kind: Place['kind'] }): boolean {
  try {
    build(line, at)
    return true
  } catch (error) {
    if (error instanceof BadInput) return false
    throw error
  }
}

/** What to type next, in words that fit how the tool was started: by make, or by the file itself. */
import { basename, relative } from 'node:path'
import type { Question } from '../why/why.ts'

/** The command line of a verb on a lab: `make shell-net1`, or `npx tsx scenarios/net1.ts shell`. */
export function howTo(verb: 'up' | 'shell' | 'down' | 'status', lab: string, file?: string): string {
  if (process.env.VETHLAB_MAKE || file === undefined) {
    const targets = { up: `scenario-${lab}`, shell: `shell-${lab}`, down: `clean-${lab}`, status: 'status' }
    return `make ${targets[verb]}`
  }
  const name = basename(file, '.ts') === lab ? '' : ` --name ${lab}`
  return `npx tsx ${relative(process.cwd(), file)} ${verb}${name}`
}

/** How to ask, in a lab that is up, why a check went as it did. */
export const howToAsk =
  (lab: string, file: string) =>
  ({ from, to, port, udp, dns }: Question): string => {
    const target = port === undefined ? to : `${to}:${port}`
    const flags = [...(udp ? ['--udp'] : []), ...(dns ? ['--dns'] : [])]
    if (process.env.VETHLAB_MAKE)
      return `make why FROM=${from} TO=${target}${flags.length > 0 ? ` ARGS='${flags.join(' ')}'` : ''}`
    const name = basename(file, '.ts') === lab ? [] : ['--name', lab]
    return ['npx', 'tsx', relative(process.cwd(), file), 'why', from, target, ...flags, ...name].join(' ')
  }

/** What can be done with a lab that is up now. */
export const enterHint = (lab: string, file: string): string =>
  `${lab} is up.\n  look around:  ${howTo('shell', lab, file)}\n  remove it:    ${howTo('down', lab, file)}`

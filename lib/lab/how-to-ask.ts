/** The line that asks, in a lab that is up, why a check went as it did. */
import { quote } from '../language/shell.ts'
import { installed } from '../server/installed.ts'
import { allLabs } from '../server/labs.ts'
import type { Question } from '../why/why.ts'
import { makeIsHere, nameOf, startLine } from './hints.ts'

/** How to ask, in a lab that is up, why a check went as it did. */
export const howToAsk =
  (lab: string, file: string) =>
  ({ from, to, port, udp, dns }: Question): string => {
    const target = port === undefined ? to : `${to}:${port}`
    const flags = [...(udp ? ['--udp'] : []), ...(dns ? ['--dns'] : [])]
    const several = allLabs().some(({ name }) => name !== lab)
    if (makeIsHere()) {
      const words = [...flags, ...(several ? ['--name', lab] : [])].join(' ')
      return `make why ${quote(`FROM=${from}`)} ${quote(`TO=${target}`)}${words && ` ARGS='${words}'`}`
    }
    if (installed)
      return [
        'npx vethlab why',
        ...[from, target, ...flags, ...(several ? ['--name', lab] : [])].map(quote),
      ].join(' ')
    const name = nameOf(file) === lab ? [] : ['--name', lab]
    return `${startLine(file)} why ${[from, target, ...flags, ...name].map(quote).join(' ')}`
  }

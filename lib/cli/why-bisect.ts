/** `why --bisect`: the scenario is built again beside the lab that stands, and the same is asked after each command. */
import { pathToFileURL } from 'node:url'
import colors from 'picocolors'
import { BadInput, Unable, VethlabError } from '../errors.ts'
import type { Lab, Scenario } from '../lab/lab.ts'
import { flatten } from '../lab/misuse.ts'
import { commandArgv } from '../language/on-server.ts'
import { shellLine } from '../language/shell.ts'
import {
  endWorld,
  guarded,
  labName,
  labOn,
  openWorld,
  serverPath,
  virtualServers,
} from '../program/machinery.ts'
import { findLab } from '../server/labs.ts'
import type { LabRecord } from '../server/state.ts'
import type { Verdict } from '../why/verdict.ts'
import { type Question, why } from '../why/why.ts'
import { say } from './output.ts'

/** What was said after a command; without a verdict one of the places was not there yet. */
interface Asked {
  number: number
  step: string
  line: string
  server: string
  verdict?: Verdict
}

/** Which command made it arrive, or broke it. */
export interface Bisected {
  lab: string
  question: Question
  /** `never`: it arrived after no command at all. */
  what: 'broke' | 'made' | 'never'
  command?: { number: number; of: number; step: string; server: string; line: string }
  verdict?: Verdict
  ms: number
}

async function scenarioOf({ file }: LabRecord): Promise<Scenario> {
  const { default: scenario } = (await import(pathToFileURL(file).href).catch((error: Error) => {
    throw new Unable(`cannot read the scenario ${file}: ${error.message}`)
  })) as { default?: Scenario }
  if (!scenario || typeof scenario.body !== 'function')
    throw new BadInput(`${file} is no scenario: nothing to build again`, { where: undefined })
  return scenario
}

/** The verdict; none when it cannot be asked yet. */
async function asked(name: string, question: Question): Promise<Verdict | undefined> {
  const lab = findLab(name)
  if (!lab) return undefined
  try {
    return (await why(lab, question)).verdict
  } catch (error) {
    if (error instanceof VethlabError) return undefined
    throw error
  }
}

const lit = ({ verdict }: Asked): boolean => verdict?.status === 'delivered'

/** Builds the scenario once more, a command at a time, and asks after each. */
async function history(
  scenario: Scenario,
  question: Question,
  tell: (text: string) => void,
): Promise<Asked[]> {
  const all: Asked[] = []
  const name = labName(`bisect-${process.pid}`)
  await guarded(
    async () => {
      const path = serverPath()
      const { record } = await openWorld({
        name,
        title: scenario.title,
        file: scenario.file,
        path,
        servers: [],
      })
      const lab = labOn(virtualServers(record, undefined), { batch: false }, () => endWorld(name))
      const stepwise: Lab = {
        live: true,
        async step(title, ...commands) {
          for (const command of flatten(commands)) {
            await lab.step(title, command)
            const verdict = await asked(name, question)
            const line = shellLine(commandArgv(command))
            const said = { number: all.length + 1, step: title, line, server: command.place.server }
            all.push({ ...said, ...(verdict ? { verdict } : {}) })
            tell(`${all.length} ${verdict?.status ?? '-'} ${line}`)
          }
        },
        async check() {}, // what must be is not the question
        read: (read) => lab.read(read),
        $: (place) => lab.$(place),
      }
      await scenario.body(stepwise)
      await lab.close()
    },
    () => endWorld(name),
  )
  return all
}

/** Finds the command that broke it, or made it. */
export async function bisect(
  lab: LabRecord,
  question: Question,
  tell: (text: string) => void,
): Promise<Bisected> {
  const began = performance.now()
  const all = await history(await scenarioOf(lab), question, tell)
  const last = all.at(-1)
  const wanted = last !== undefined && lit(last)
  // The last one before which it was otherwise.
  const before = all.findLastIndex((one) => lit(one) !== wanted)
  const turn = all[before + 1]
  const never = !wanted && before < 0
  const { verdict } = turn ?? {}
  return {
    ...{ lab: lab.name, question, what: never ? 'never' : wanted ? 'made' : 'broke' },
    ...(turn && !never
      ? {
          command: {
            number: turn.number,
            of: all.length,
            step: turn.step,
            server: turn.server,
            line: turn.line,
          },
        }
      : {}),
    ...((never ? last?.verdict : verdict) ? { verdict: (never ? last?.verdict : verdict) as Verdict } : {}),
    ms: Math.round(performance.now() - began),
  }
}

function bisectText({ question: { from, to }, what, command, verdict }: Bisected): string {
  const ends =
    verdict && verdict.status !== 'delivered' ? `  since then: ${verdict.place}: ${verdict.says}\n` : ''
  if (!command)
    return `${colors.yellow(`${from} → ${to} arrived after no command of the scenario`)}\n${ends.replace('since then', 'at its end')}`
  const { number, of, step, server, line } = command
  const head = what === 'broke' ? colors.red('broken by') : colors.green('made by')
  return `${from} → ${to}: ${head} command ${number} of ${of}, step "${step}", on ${server}:\n  ${line}\n${ends}`
}

/** Finds it, and tells. Exit code 0: it arrives at the end of the scenario, 1: not. */
export async function whyBisectVerb(lab: LabRecord, question: Question, json: boolean): Promise<number> {
  if (lab.servers.some(({ host }) => host))
    throw new BadInput('--bisect builds a lab again: this machine itself is none', { where: undefined })
  const found = await bisect(lab, question, (text) => {
    if (!json && process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text.slice(0, 78)}`)
  })
  if (!json && process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  say(json ? `${JSON.stringify(found, null, 2)}\n` : bisectText(found))
  return found.what === 'made' ? 0 : 1
}

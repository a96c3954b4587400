/** `why --report FILE.json`: what a maintainer asks for, as one JSON file; redacted on wish. */
import { writeFileSync } from 'node:fs'
import { arch, release } from 'node:os'
import { BadInput, Unable } from '../errors.ts'
import type { LabRecord } from '../server/state.ts'
import { redacted } from '../trial/redact.ts'
import { readState, type State } from '../trial/state.ts'
import { inside, namesOf, stacksOf } from '../why/stacks.ts'
import type { Report } from '../why/why.ts'

/** The settings that decide about packets; the others are noise. */
const telling =
  /forwarding$|rp_filter$|arp_\w+$|route_localnet$|proxy_arp$|bridge-nf|disable_ipv6$|accept_ra$/

const shown = ({ values, sets, chains }: State) => ({
  settings: Object.fromEntries(
    Object.entries(values).filter(([key]) => !key.startsWith('sysctl ') || telling.test(key)),
  ),
  ...{ sets, chains },
})

/** Refuses a file that could not be written, before anything is asked. */
export function mustBeWritable(file: string): void {
  try {
    writeFileSync(file, '', { flag: 'a', mode: 0o600 })
  } catch (error) {
    throw new BadInput(`cannot write the report: ${(error as Error).message}`, {
      where: undefined,
      hint: 'Name a file in a folder that you may write to: --report why.json',
    })
  }
}

/** Writes the answer with what all places were set to, and the versions of what was asked. */
export async function writeBundle(
  file: string,
  lab: LabRecord,
  answer: Report,
  redact: boolean,
): Promise<void> {
  const stacks = await stacksOf(lab)
  const into = inside(lab)
  const places = await Promise.all(
    stacks.map(async (stack) => ({
      ...{
        name: stack.place.name,
        kind: stack.place.kind,
        server: stack.place.server,
        aliases: stack.aliases,
      },
      state: shown(await readState(into, stack)),
    })),
  )
  const version = async (...argv: string[]): Promise<string> => {
    const [stack] = stacks
    return stack ? ((await into.run(stack, argv)).stdout.split('\n')[0]?.trim() ?? '') : ''
  }
  const versions = {
    ...{ node: process.version, linux: release(), machine: arch() },
    ...{
      ip: await version('ip', '-V'),
      nft: await version('nft', '--version'),
      iptables: await version('iptables', '--version'),
    },
  }
  const text = JSON.stringify(
    { made: new Date().toISOString(), redacted: redact, versions, answer, places },
    null,
    2,
  )
  const names = [
    lab.name,
    ...stacks.flatMap((stack) => [stack.place.name, stack.place.server, ...namesOf(stack)]),
  ]
  const kinds = ['host', 'server', 'netns', 'container', 'bridge', 'default']
  const secret = [...new Set(names)].filter((name) => !kinds.includes(name) && name !== 'the LAN')
  try {
    writeFileSync(file, `${redact ? redacted(text, secret) : text}\n`, { mode: 0o600 })
  } catch (error) {
    throw new Unable(`cannot write the report: ${(error as Error).message}`)
  }
}

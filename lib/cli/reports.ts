/** The verbs that only tell: what was removed, what is up. */
import { Unable } from '../errors.ts'
import type { CheckResult } from '../lab/events.ts'
import { howTo } from '../lab/hints.ts'
import type { Cable } from '../look/places.ts'
import { takesRoot } from '../needs/rights.ts'
import { labMark } from '../server/enter.ts'
import { lostLabs } from '../server/labs.ts'
import { noSwarm } from '../virtual/firewall.ts'
import type { Catalogue } from './catalogue.ts'
import { type LabStatus, status } from './inspect.ts'
import type { Suite } from './junit.ts'
import { warn } from './lost.ts'
import { sayLine as write } from './output.ts'
import { proofCode, proofText } from './proof-report.ts'
import { down, downAll, type Removed } from './verbs.ts'

/** Removes one lab, or all, and says what was removed. A name that no lab and no scenario has is a mistake. */
export async function downVerb(
  name: string | undefined,
  json: boolean,
  known?: string[],
  prove = false,
): Promise<number> {
  const proofFor = prove ? (await import('./prove.ts')).readyToProve(name) : undefined
  const one = async (lab: string) => ({
    removed: [await down(lab)].filter((lab) => lab !== undefined),
    left: [],
  })
  const { removed, left } = name === undefined ? await downAll() : await one(name)
  if (removed.length === 0) mustBeKnown(name, known)
  const names = removed.map(({ name }) => name)
  const proof = await proofFor?.(names)
  if (json)
    write(
      JSON.stringify(
        {
          removed: names,
          undone: removed.flatMap(({ name, undone }) => undone.map((one) => ({ lab: name, ...one }))),
          ...(proof ? { proof } : {}),
        },
        null,
        2,
      ),
    )
  else if (removed.length === 0) write(name === undefined ? 'No lab is up.' : `${name} is not up.`)
  for (const one of json ? [] : removed) write(removedText(one))
  for (const one of left)
    if ('error' in one) warn(one)
    else if (!json) write(`${one.name} is left alone: a process is working with it.`)
  if (proof && !json) write(`\n${proofText(proof, names.map(labMark))}`)
  return proof ? proofCode(proof) : 0
}

/** Refuses the name of no lab that no scenario has either: it is a mistake. */
function mustBeKnown(name: string | undefined, known: readonly string[] | undefined): void {
  if (name !== undefined && known && !known.includes(name))
    throw new Unable(`no lab and no scenario is called ${JSON.stringify(name)}`, {
      hint: `Scenarios: ${known.join(', ')}`,
    })
}

/** What was removed: virtual servers, and what was changed on this machine itself. */
function removedText({ name, lab, undone }: Removed): string {
  if (!lab) return `${name} is removed: whatever there was of it`
  const { servers } = lab
  const virtual = servers.filter(({ host }) => !host)
  const ended = virtual.map((server) => `${server.name}${server.engine ? ' with its Docker Engine' : ''}`)
  if (virtual.length === servers.length) return `${name} is removed: ${ended.join(', ')}`
  const left = undone
    .filter(({ what }) => what === 'left')
    .map(({ text, said }) => `\n  left: ${text}: ${said}`)
  const back = undone.filter(({ what }) => what === 'undone').map(({ text }) => `\n  ${text}`)
  const gone = undone.filter(({ what }) => what === 'gone').length
  return [
    `${name} is removed from this machine${ended.length > 0 ? `, and ${ended.join(', ')}` : ''}`,
    back.length > 0 ? `:${back.join('')}` : ': nothing was left to be taken back',
    gone > 0 ? `\n  ${gone} more had gone already` : '',
    ...left,
  ].join('')
}

/** Shows the labs that are up. */
export async function statusVerb(
  name: string | undefined,
  json: boolean,
  known?: readonly string[],
): Promise<number> {
  const labs = await status(name)
  const lost = lostLabs(name)
  for (const one of lost) warn(one)
  if (labs.length === 0 && lost.length === 0) mustBeKnown(name, known)
  if (json) {
    write(JSON.stringify(labs, null, 2))
    return 0
  }
  if (labs.length === 0 && lost.length === 0)
    write(name === undefined ? 'No lab is up.' : `${name} is not up. Start it: ${howTo('up', name)}`)
  for (const lab of labs) await show(lab)
  return 0
}

/** `2026-01-31 13:45`, in the time of this machine. */
const localTime = (iso: string): string => new Date(iso).toLocaleString('sv-SE').slice(0, 16)

/** Both ends of a cable, as the slides read them out of `ip -d link`. */
export const cableText = ({ dev, index, peer, into }: Cable): string =>
  peer
    ? `${dev}@if${peer.index} ↔ ${peer.dev}@if${index} → ${into ?? 'nothing'}`
    : `${dev} on ${into ?? 'a link elsewhere'}`

async function show(lab: LabStatus): Promise<void> {
  const { default: colors } = await import('picocolors')
  const { default: Table } = await import('cli-table3')
  const { borderless } = await import('./screen.ts')
  write(
    `${colors.bold(lab.name)}  ${lab.title}${lab.on === 'host' ? colors.yellow('  on this machine itself') : ''}${lab.state === 'up' ? '' : colors.yellow('  (not finished)')}`,
  )
  // Addresses of IPv6 are long: they get what the names leave.
  const longest = Math.max(
    ...lab.places.flatMap((one) => one.addresses.map(({ dev, address }) => `${address} ${dev}`.length)),
  )
  const names = longest < 28 ? 33 : Math.min(33, Math.max(...lab.places.map(({ name }) => name.length)) + 4)
  const room = 61 - names
  const table = new Table({ ...borderless, colWidths: [names, 10, 9, room] })
  for (const place of lab.places) {
    const addresses = place.addresses.map(
      ({ dev, address }) =>
        `${address}${address.length + dev.length + 1 < room ? ' ' : '\n  '}${colors.dim(dev)}`,
    )
    const kind = place.up ? place.kind : colors.yellow(place.ended ? 'has ended' : 'stopped')
    table.push([
      `  ${place.name}`,
      kind,
      place.kind === 'server' ? '' : place.server,
      addresses.join('\n') || '-',
    ])
  }
  write(table.toString())
  for (const { name, engine } of lab.places)
    if (engine) write(`  ${name}  ${colors.yellow('its Docker Engine does not answer')}`)
  if (lab.places.some(({ ended }) => ended))
    write(
      `  ${colors.yellow('A server has ended.')} Take the lab down, then build it again: ${howTo('down', lab.name)}`,
    )
  for (const { name, cables = [] } of lab.places)
    for (const cable of cables) write(`  ${name}  ${colors.dim(cableText(cable))}`)
  write(colors.dim(`  since ${localTime(lab.since)}, from ${lab.file}`))
}

/** Why a scenario cannot be for this user, or with this firewall of Docker; undefined where it is a failure. */
const notHere = (said: string): string | undefined =>
  said.includes(takesRoot) ? 'takes root' : said.includes(noSwarm) ? 'not with nftables' : undefined

/** Tests all scenarios, one after the other; a line for each. Returns the worst exit code. */
export async function testAll(
  catalogue: Pick<Catalogue, 'names' | 'test'>,
  json: boolean,
  junit?: string,
): Promise<number> {
  const { mustBeWritable, writeJunit } = await import('./results.ts')
  mustBeWritable(junit)
  const suites: Suite[] = []
  const { default: colors } = await import('picocolors')
  const began = performance.now()
  const results = []
  let worst = 0
  const left: string[] = []
  for (const name of catalogue.names()) {
    const started = performance.now()
    const { code, stdout, stderr } = await catalogue.test(name)
    const ms = performance.now() - started
    // What cannot be here is no failure: it is told, and counts neither way.
    const reason = code === 2 ? notHere(stderr) : undefined
    if (reason) {
      left.push(`${name}: ${reason}`)
      if (!json) write(`- ${name.padEnd(14)} ${reason}`)
      continue
    }
    worst = Math.max(worst, code)
    const { ok = false, checks = [], error = stderr } = code < 2 ? JSON.parse(stdout) : {}
    results.push({ scenario: name, ok, checks: checks.length, ms })
    suites.push({ scenario: name, ms, checks, ...(code < 2 ? {} : { error: error.trim() }) })
    if (json) continue
    const failed = checks.filter((check: CheckResult) => !check.ok)
    const sign = ok ? colors.green('✓') : colors.red('✗')
    const what = code < 2 ? `${String(checks.length).padStart(3)} checks` : colors.red('could not run')
    write(`${sign} ${name.padEnd(14)} ${what}  ${(ms / 1000).toFixed(1)} s`)
    for (const { from, to, expected, observed } of failed)
      write(`    ${from} → ${to}: expected ${expected}, observed ${observed}`)
    if (code >= 2) write(error.trim().replace(/^/gm, '    '))
  }
  if (junit !== undefined) writeJunit(junit, suites)
  if (json) write(JSON.stringify(results, null, 2))
  else
    write(
      `${results.filter(({ ok }) => ok).length} of ${results.length} scenarios hold, ${((performance.now() - began) / 1000).toFixed(0)} s${left.map((one) => `; ${one}`).join('')}`,
    )
  return worst
}

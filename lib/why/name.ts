/** A name as the programs of a place would resolve it: by its own files, and by its own name servers. */
import { enter } from '../server/enter.ts'
import { finished } from '../server/process.ts'
import { familyOf, isLinkLocal, plain } from './address.ts'
import { notRunning } from './causes/published.ts'
import { nameless } from './causes/remarks.ts'
import type { Container } from './containers.ts'
import { type Answer, askName } from './dns.ts'
import type { Leg } from './evidence.ts'
import { called, type Inside, type Stack } from './stacks.ts'
import { typed, type Verdict, verdict } from './verdict.ts'

/** The files that names are resolved by. */
export interface NameFiles {
  hosts: Array<{ address: string; names: string[] }>
  servers: string[]
  search: string[]
  ndots: number
}

/** Reads /etc/hosts and /etc/resolv.conf. */
export function nameFiles(hosts: string, resolv: string): NameFiles {
  const words = (text: string) =>
    text
      .split('\n')
      .map((line) =>
        line
          .replace(/[#;].*/, '')
          .trim()
          .split(/\s+/),
      )
      .filter(([first]) => first !== '')
  const lines = words(resolv)
  const after = (key: string) => lines.filter(([first]) => first === key).flatMap((line) => line.slice(1))
  return {
    hosts: words(hosts).map(([address = '', ...names]) => ({ address, names })),
    servers: after('nameserver'),
    search: lines.findLast(([first]) => first === 'search' || first === 'domain')?.slice(1) ?? [],
    ndots: Number(
      after('options')
        .find((option) => option.startsWith('ndots:'))
        ?.slice(6) ?? 1,
    ),
  }
}

/** What a name is asked as, in that order: `db` with a search list is `db.example` as well. */
export function candidates(name: string, { search, ndots }: NameFiles): string[] {
  if (name.endsWith('.')) return [name]
  const longer = search.filter((one) => one !== '.').map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 >= ndots ? [name, ...longer] : [...longer, name]
}

/** The files of a place. A namespace may have some of its own in /etc/netns. */
async function filesOf({ lab }: Inside, { place, container }: Stack): Promise<NameFiles> {
  const server = lab.servers.find((one) => one.name === place.server)
  if (!server) return nameFiles('', '')
  const files = (name: string, own: string | undefined) =>
    own
      ? [own]
      : place.kind === 'netns'
        ? [`/etc/netns/${place.name}/${name}`, `/etc/${name}`]
        : [`/etc/${name}`]
  const read = 'for f; do cat "$f" 2>/dev/null && exit; done'
  const [hosts, resolv] = await Promise.all(
    [files('hosts', container?.files.hosts), files('resolv.conf', container?.files.resolv)].map((all) =>
      finished(enter({ lab, server }, ['sh', '-c', read, '-', ...all])).then(({ stdout }) => stdout),
    ),
  )
  return nameFiles(hosts ?? '', resolv ?? '')
}

/** The address of a name by /etc/hosts; `localhost` means the place itself, whatever the file says. */
export const byHosts = ({ hosts }: NameFiles, name: string, family: 4 | 6): string | undefined =>
  hosts.find(
    ({ address, names }) =>
      names.some((one) => one.toLowerCase() === name.toLowerCase()) && familyOf(address) === family,
  )?.address ?? (name === 'localhost' ? (family === 4 ? '127.0.0.1' : '::1') : undefined)

/** How a name fared. */
export type Resolved =
  | { ok: true; addresses: string[] }
  | { ok: false; said: 'silent' | 'unknown' | 'refused' | 'none'; files: NameFiles }

/** The addresses of a name, of both families, as a program of that place gets them. */
export async function resolve(into: Inside, from: Stack, name: string, filesOnly = false): Promise<Resolved> {
  const files = await filesOf(into, from)
  const listed = ([4, 6] as const).flatMap((family) => byHosts(files, name, family) ?? [])
  if (listed.length > 0) return { ok: true, addresses: listed.map(plain) }
  const servers = files.servers.slice(0, 3)
  if (filesOnly || servers.length === 0) return { ok: false, said: 'none', files }
  const names = candidates(name, files)
  const all = await Promise.all(
    servers.flatMap((server) =>
      names.flatMap((one) => ([4, 6] as const).map((family) => askName(into, from, server, one, family))),
    ),
  )
  const found = all
    .flatMap((answer) => (answer.ok ? answer.addresses : []))
    .filter((one) => !isLinkLocal(one))
  if (found.length > 0) return { ok: true, addresses: [...new Set(found)] }
  return { ok: false, said: worst(all), files }
}

const worst = (all: readonly Answer[]): 'silent' | 'unknown' | 'refused' => {
  const said = all.map((answer) => (answer.ok ? 'unknown' : answer.said))
  return said.includes('unknown') ? 'unknown' : said.includes('refused') ? 'refused' : 'silent'
}

/** Docker's own name server, in each container on a network of one's own. */
const embedded = '127.0.0.11'

/** The verdict on a name without an address. What the name servers are silent for is asked, too. */
export async function unresolved(
  from: Stack,
  name: string,
  { said, files }: Extract<Resolved, { ok: false }>,
  containers: readonly Container[],
  ask: (leg: Leg) => Promise<Verdict | undefined>,
): Promise<Verdict> {
  const me = called(from.place)
  const fail = (why: string, more: Partial<Verdict> = {}) =>
    verdict(from, 'request', {
      cause: 'name does not resolve',
      says: `${me} finds no address for ${name}: ${why}`,
      see: typed(from.place, ['nslookup', name]),
      ...more,
    })
  const meant = containers.find(
    (one) =>
      one.server === from.place.server &&
      [one.name, one.service, `${one.project}-${one.service}`].includes(name),
  )
  if (meant && from.container && meant !== from.container) {
    if (meant.state !== 'running')
      return {
        ...notRunning(me, 'request', meant, `${me} finds no address for ${name}: `),
        cause: 'name does not resolve',
        code: 'name-does-not-resolve',
      }
    const why = nameless(from.container, meant)
    const networks = Object.keys(meant.networks).join(', ')
    if (why)
      return fail(
        Object.keys(from.container.networks).every((one) => one === 'bridge')
          ? `it is on the default bridge, where names do not resolve`
          : `${meant.name} is on ${networks}, and not on a network of ${me}`,
        { hints: [why] },
      )
  }
  const upstream = files.servers.includes(embedded) ? (from.container?.dns ?? []) : files.servers
  if (said === 'silent' || said === 'refused')
    for (const server of upstream) {
      const told = await ask({ from: from.place.name, to: server, port: 53, udp: true })
      if (told && told.status !== 'delivered' && told.status !== 'unknown')
        return {
          ...told,
          says: `${me} finds no address for ${name}, as its name server ${server} does not answer: the question (UDP port 53) ended in ${told.place}: ${told.says}`,
        }
    }
  const silent =
    said === 'unknown'
      ? 'its name servers do not know it'
      : said === 'none'
        ? 'it has no name server, and its /etc/hosts does not have it'
        : `no name server answers it${upstream.length > 0 ? ` (${upstream.join(', ')})` : ''}`
  return fail(silent)
}

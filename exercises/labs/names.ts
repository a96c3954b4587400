/** What a place knows machines by: its own hosts file, as `ip netns exec` and every shell in it see it. */
import type { Command, Lab, Netns, Server } from 'vethlab'
import type { Draw } from '../../lib/learn/exercise.ts'
import { office } from './office.ts'

/** Gives a place a hosts file of its own, with these lines, and no name server. */
export const hostsOf = (server: Server, { name }: Netns, ...lines: string[]): Command =>
  server.exec(
    'sh',
    '-c',
    'mkdir -p "$1"; : >"$1/resolv.conf"; to=$1; shift; printf "%s\\n" "$@" >"$to/hosts"',
    'sh',
    `/etc/netns/${name}`,
    '127.0.0.1 localhost',
    ...lines,
  )

/** Edits the hosts file of a place, as by hand. */
export const editHosts = (server: Server, { name }: Netns, change: string): Command =>
  server.exec('sed', '-i', change, `/etc/netns/${name}/hosts`)

/** An office whose two clients know its web server by a name, each from a hosts file of its own. */
export function namedOffice(draw: Draw) {
  const it = office(draw)
  const name = `${draw.one(['intranet', 'wiki', 'shop', 'mail'])}.office`
  const line = `${it.at.web} ${name}`
  const build = async (lab: Lab) => {
    await it.build(lab)
    await lab.step('The name of the web server', ...[it.a, it.b].map((one) => hostsOf(it.server1, one, line)))
  }
  return { it, name, line, build }
}

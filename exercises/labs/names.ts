/** What a place knows machines by: its own hosts file, as `ip netns exec` and every shell in it see it. */
import type { Command, Netns, Server } from 'vethlab'

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

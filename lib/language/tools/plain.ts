/** Programs that are one word each, in a place. */
import type { Command, Place } from '../command.ts'
import { say } from '../grammar/form.ts'
import { exact } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import type { Fluent } from '../grammar/speak.ts'
import { lookerForms } from './lookers.ts'
import { saveForms } from './netfilter.ts'
import { nsenter } from './nsenter.ts'

const plainForms = { ...lookerForms, ...saveForms, nsenter }

/** Programs that are one word each. */
export const plainPrograms = (place: Place) =>
  exact([], {
    /**
     * Who listens, and who talks to whom: ss(8).
     *
     * Example: net1.ss({ tcp: true, listening: true, numeric: true })
     * Equivalent to: `ip netns exec net1 ss -t -l -n`
     */
    ss: (options?: Options<typeof plainForms.ss.clauses>): Command => say(place, plainForms.ss, options),
    /**
     * The routers on the way: traceroute(8).
     *
     * Example: net1.traceroute('10.0.0.9', { numeric: true })
     * Equivalent to: `ip netns exec net1 traceroute 10.0.0.9 -n`
     */
    traceroute: (to: string, options?: Options<typeof plainForms.traceroute.clauses>): Command =>
      say(place, plainForms.traceroute, to, options),
    /**
     * The packets on an interface: tcpdump(8). It needs `count`, or
     * else it never ends; with `write` it goes on beside the steps, as capture() does.
     *
     * Example: net1.tcpdump('icmp or arp', { interface: 'eth0', numeric: true, count: 3 })
     * Equivalent to: `ip netns exec net1 tcpdump -i eth0 -c 3 -n icmp or arp`
     */
    tcpdump: (
      filter?: string | Options<typeof plainForms.tcpdump.clauses>,
      options?: Options<typeof plainForms.tcpdump.clauses>,
    ): Command => say(place, plainForms.tcpdump, ...(options === undefined ? [filter] : [filter, options])),
    /**
     * Who has an address, asked by ARP: arping(8).
     *
     * Example: net1.arping('10.0.0.9', { interface: 'eth0', count: 1 })
     * Equivalent to: `ip netns exec net1 arping 10.0.0.9 -I eth0 -c 1`
     */
    arping: (to: string, options?: Options<typeof plainForms.arping.clauses>): Command =>
      say(place, plainForms.arping, to, options),
    /**
     * All rules, as iptables-restore(8) reads them.
     *
     * Example: net1.iptablesSave({ table: 'nat' })
     * Equivalent to: `ip netns exec net1 iptables-save -t nat`
     */
    iptablesSave: (options?: Options<typeof plainForms.iptablesSave.clauses>): Command =>
      say(place, plainForms.iptablesSave, options),
    /**
     * The same for IPv6.
     *
     * Example: net1.ip6tablesSave()
     * Equivalent to: `ip netns exec net1 ip6tables-save`
     */
    ip6tablesSave: (options?: Options<typeof plainForms.ip6tablesSave.clauses>): Command =>
      say(place, plainForms.ip6tablesSave, options),
    /**
     * Puts the rules of a file, as iptables-save(8) writes it, in the place of those that are there. There is no undo.
     *
     * Example: net1.iptablesRestore('/srv/rules.v4')
     * Equivalent to: `ip netns exec net1 iptables-restore /srv/rules.v4`
     */
    iptablesRestore: (file: string, options?: Options<typeof plainForms.iptablesRestore.clauses>): Command =>
      say(place, plainForms.iptablesRestore, file, options),
    /**
     * The same for IPv6.
     *
     * Example: net1.ip6tablesRestore('/srv/rules.v6', { noflush: true })
     * Equivalent to: `ip netns exec net1 ip6tables-restore -n /srv/rules.v6`
     */
    ip6tablesRestore: (
      file: string,
      options?: Options<typeof plainForms.ip6tablesRestore.clauses>,
    ): Command => say(place, plainForms.ip6tablesRestore, file, options),
    /**
     * A program in the namespaces of a process, or of a file: nsenter(1).
     *
     * Example: server1.nsenter().target(4711).net().command('ip', 'addr')
     * Equivalent to: `nsenter -t 4711 -n ip addr`
     * Example: server1.nsenter().net('/run/docker/netns/default').command('ip', 'link')
     * Equivalent to: `nsenter --net=/run/docker/netns/default ip link`
     */
    nsenter: (): Fluent<typeof plainForms.nsenter.clauses> => say(place, plainForms.nsenter),
  })

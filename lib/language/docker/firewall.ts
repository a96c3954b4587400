/** What the firewall of an engine does, to be read from the engine itself. */
import { type Command, command, type Place, type Read } from '../command.ts'
import { looks } from '../effects.ts'
import { exact } from '../grammar/missing.ts'
import { type IfName, ifName } from '../names.ts'
import { variable } from '../ref.ts'
import { doubleQuoted, quote } from '../shell.ts'
import { must, needed, oneLine, oneOf, options } from '../values.ts'

/** A fact that a line of shell prints as one of the words that are named. */
const fact = (place: Place, words: readonly string[], line: string, name: string): Read =>
  Object.freeze({
    ...command(place, ['sh', '-c', line], looks, { shows: true, needs: [{ needs: 'engine' }] }),
    variable: variable(name),
    check: (word: string) => oneOf(word, 'one of the words of this engine', words),
  })

/** Two texts that a fact chooses from, by the names of its options. */
function twoOf<K extends string>(
  words: Record<K, string>,
  fact: string,
  keys: readonly [K, K],
): [string, string] {
  const known = options(words, fact, [...keys])
  const [one, other] = keys.map((key) => oneLine(needed(known[key], fact, key), 'a word for what it does'))
  return [one as string, other as string]
}

/** Whether the engine says that its firewall is nftables: `GET /info`, since 28.1; older ones have none. */
const isNftables = 'docker info -f "{{json .}}" | grep -q "FirewallBackend.:{.Driver.:.nftables"'

const choice = (condition: string, yes: string, no: string): string =>
  `if ${condition}; then echo ${quote(yes)}; else echo ${quote(no)}; fi`

/** What the firewall of this engine does: engines differ, and their rules tell better than their versions. */
export const firewall = (place: Place) =>
  exact(
    ['docker', 'firewall'],
    {
      /**
       * One of two words, by what this engine's own rules do with a packet to a container that does not come through
       * its bridge: `drops` where a rule drops it, whatever the policy of FORWARD (Engine 28 and later), else `lets`. Where its
       * firewall is nftables, the rules are in its own table, docker-bridges, with a chain for each bridge.
       *
       * Example: server1.docker.firewall.direct('docker0', { drops: 'filtered', lets: 'open' })
       * Equivalent to: `sh -c 'if { iptables -t raw -S PREROUTING; iptables -S DOCKER; nft list chain ip docker-bridges "filter-forward-in__docker0"; } 2>/dev/null | grep -q -e "! -i docker0 .*-j DROP" -e " drop comment"; then echo filtered; else echo open; fi'`
       */
      direct: (bridge: IfName, words: { drops: string; lets: string }): Read => {
        const [drops, lets] = twoOf(words, 'direct', ['drops', 'lets'])
        const rule = `! -i ${ifName(bridge).replace(/[.*^$[\]\\]/g, '\\$&')} .*-j DROP`
        const own = `nft list chain ip docker-bridges ${doubleQuoted(`filter-forward-in__${ifName(bridge)}`)}`
        const rules = `{ iptables -t raw -S PREROUTING; iptables -S DOCKER; ${own}; } 2>/dev/null`
        const line = choice(`${rules} | grep -q -e ${doubleQuoted(rule)} -e " drop comment"`, drops, lets)
        return fact(place, [drops, lets], line, `direct ${drops}`)
      },

      /**
       * The chain for forwarding rules of one's own: DOCKER-USER, which comes before all of Docker's own; FORWARD where
       * the engine makes none, because its firewall is nftables.
       *
       * IPv6 has it since Engine 23, where the daemon's ip6tables is on: `userChain(6)`.
       *
       * Example: server1.docker.firewall.userChain()
       * Equivalent to: `sh -c 'if iptables -S DOCKER-USER >/dev/null 2>&1; then echo DOCKER-USER; else echo FORWARD; fi'`
       */
      userChain: (family: 4 | 6 = 4): Read => {
        must(family === 4 || family === 6, family, 'is no family: 4 or 6')
        const iptables = family === 6 ? 'ip6tables' : 'iptables'
        return fact(
          place,
          ['DOCKER-USER', 'FORWARD'],
          `if ${iptables} -S DOCKER-USER >/dev/null 2>&1; then echo DOCKER-USER; else echo FORWARD; fi`,
          family === 6 ? 'user chain 6' : 'user chain',
        )
      },

      /**
       * One of two words, by whether this engine knows gateway modes (Engine 27 and later): of a network that was made with the
       * mode `routed`, and whose bridge this is, it does not hide the containers then.
       *
       * Example: server1.docker.firewall.modes('br-routed', { known: 'open', ignored: 'filtered' })
       * Equivalent to: `sh -c 'if { iptables -t nat -S POSTROUTING; nft list table ip docker-bridges; } 2>/dev/null | grep -qi -- "br-routed.* masquerade"; then echo filtered; else echo open; fi'`
       */
      modes: (bridge: IfName, words: { known: string; ignored: string }): Read => {
        const [known, ignored] = twoOf(words, 'modes', ['known', 'ignored'])
        const rules = '{ iptables -t nat -S POSTROUTING; nft list table ip docker-bridges; } 2>/dev/null'
        const rule = `${ifName(bridge).replace(/[.*^$[\]\\]/g, '\\$&')}.* masquerade`
        const line = choice(`${rules} | grep -qi -- ${doubleQuoted(rule)}`, ignored, known)
        return fact(place, [known, ignored], line, `modes ${known} ${ignored}`)
      },

      /**
       * The gateway mode that a network needs so that a subnet beside it can be let in later: `nat`, which is the default
       * of all engines; `nat-unprotected` where the engine's firewall is nftables, whose drops no rule of one's own can
       * overrule. It is the value of the option com.docker.network.bridge.gateway_mode_ipv4 (docs.docker.com, "Packet
       * filtering and firewalls"); engines before 27 ignore it. What the engine says of itself decides (`GET /info`, since 28.1).
       *
       * Example: server1.docker.firewall.gatewayMode()
       * Equivalent to: `sh -c 'if docker info -f "{{json .}}" | grep -q "FirewallBackend.:{.Driver.:.nftables"; then echo nat-unprotected; else echo nat; fi'`
       */
      gatewayMode: (): Read =>
        fact(place, ['nat', 'nat-unprotected'], choice(isNftables, 'nat-unprotected', 'nat'), 'gateway mode'),

      /**
       * One of two words, by what the engine says that its firewall is: `nftables` since Engine 29, where it was asked for
       * (daemon option firewall-backend), else `iptables`.
       *
       * Example: server1.docker.firewall.backend({ iptables: 'MASQUERADE', nftables: 'masquerade' })
       * Equivalent to: `sh -c 'if docker info -f "{{json .}}" | grep -q "FirewallBackend.:{.Driver.:.nftables"; then echo masquerade; else echo MASQUERADE; fi'`
       */
      backend: (words: { iptables: string; nftables: string }): Read => {
        const [iptables, nftables] = twoOf(words, 'backend', ['iptables', 'nftables'])
        return fact(place, [iptables, nftables], choice(isNftables, nftables, iptables), 'firewall')
      },

      /**
       * One of two words, by whether rules of its own keep the bridges of this engine apart, whatever the mode of their networks
       * (`apart`: chain DOCKER-ISOLATION-STAGE-1, up to Engine 28), or each network's mode alone (`byMode`, since 29).
       *
       * Example: server1.docker.firewall.isolation({ apart: 'filtered', byMode: 'open' })
       * Equivalent to: `sh -c 'if iptables -S DOCKER-ISOLATION-STAGE-1 >/dev/null 2>&1; then echo filtered; else echo open; fi'`
       */
      isolation: (words: { apart: string; byMode: string }): Read => {
        const [apart, byMode] = twoOf(words, 'isolation', ['apart', 'byMode'])
        const line = choice('iptables -S DOCKER-ISOLATION-STAGE-1 >/dev/null 2>&1', apart, byMode)
        return fact(place, [apart, byMode], line, `isolation ${apart}`)
      },

      /**
       * Shows the rules of the engine: its whole table of nftables where it has one, else a table of iptables. With
       * `counters`, how many packets each has taken. Default: `filter`, without.
       *
       * Example: server1.docker.firewall.rules('nat')
       * Equivalent to: `sh -c 'nft -s list table ip docker-bridges 2>/dev/null || iptables -t nat -S'`
       * Example: server1.docker.firewall.rules('filter', { counters: true })
       * Equivalent to: `sh -c 'nft list table ip docker-bridges 2>/dev/null || iptables -t filter -v -S'`
       */
      rules: (table: 'filter' | 'nat' | 'raw' = 'filter', how: { counters?: boolean } = {}): Command => {
        oneOf(table, 'a table that Docker has rules in', ['filter', 'nat', 'raw'])
        const { counters = false } = options(how, 'rules', ['counters'])
        must(typeof counters === 'boolean', counters, 'is not true or false')
        const line = `nft ${counters ? '' : '-s '}list table ip docker-bridges 2>/dev/null || iptables -t ${table} ${counters ? '-v ' : ''}-S`
        return command(place, ['sh', '-c', line], looks, { shows: true, needs: [{ needs: 'engine' }] })
      },
    },
    { userChain: 1, rules: 2 },
  )

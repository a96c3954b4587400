/** What the firewall of an engine does, to be read from the engine itself. */
import { command, type Place, type Read } from '../command.ts'
import { looks } from '../effects.ts'
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

/** What the firewall of this engine does: engines differ, and their rules tell better than their versions. */
export const firewall = (place: Place) => ({
  /**
   * One of two words, by what this engine's own rules do with a packet to a container that does not come through
   * its bridge: `drops` where a rule drops it, whatever the policy of FORWARD (Engine 28 and later), else `lets`.
   *
   * Example: server1.docker.firewall.direct('docker0', { drops: 'filtered', lets: 'open' })
   * Equivalent to: `sh -c 'if { iptables -t raw -S PREROUTING; iptables -S DOCKER; } | grep -q -- "! -i docker0 .*-j DROP"; then echo filtered; else echo open; fi'`
   */
  direct: (bridge: IfName, words: { drops: string; lets: string }): Read => {
    const known = options(words, 'direct', ['drops', 'lets'])
    const drops = oneLine(needed(known.drops, 'direct', 'drops'), 'a word for what it does')
    const lets = oneLine(needed(known.lets, 'direct', 'lets'), 'a word for what it does')
    const rule = `! -i ${ifName(bridge).replace(/[.*^$[\]\\]/g, '\\$&')} .*-j DROP`
    const rules = '{ iptables -t raw -S PREROUTING; iptables -S DOCKER; }'
    const line = `if ${rules} | grep -q -- ${doubleQuoted(rule)}; then echo ${quote(drops)}; else echo ${quote(lets)}; fi`
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
    const all = options(words, 'modes', ['known', 'ignored'])
    const known = oneLine(needed(all.known, 'modes', 'known'), 'a word for what it does')
    const ignored = oneLine(needed(all.ignored, 'modes', 'ignored'), 'a word for what it does')
    const rules = '{ iptables -t nat -S POSTROUTING; nft list table ip docker-bridges; } 2>/dev/null'
    const rule = `${ifName(bridge).replace(/[.*^$[\]\\]/g, '\\$&')}.* masquerade`
    const line = `if ${rules} | grep -qi -- ${doubleQuoted(rule)}; then echo ${quote(ignored)}; else echo ${quote(known)}; fi`
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
    fact(
      place,
      ['nat', 'nat-unprotected'],
      'if docker info -f "{{json .}}" | grep -q "FirewallBackend.:{.Driver.:.nftables"; then echo nat-unprotected; else echo nat; fi',
      'gateway mode',
    ),
})

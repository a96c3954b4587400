/** What the nftables firewall of Docker dropped, in its own table: what it is, and what lets it pass. No other rule does. */
import type { Container } from '../containers.ts'
import type { RuleText } from '../rules.ts'
import type { Situation } from '../situation.ts'
import { called, ownerOf } from '../stacks.ts'
import type { Verdict } from '../verdict.ts'

/** Whether a rule is in the table of an engine whose firewall is nftables (docs.docker.com, "Docker with nftables"). */
export const isDockerBridges = ({ table }: Pick<RuleText, 'table'>): boolean => table === 'docker-bridges'

const mode = 'com.docker.network.bridge.gateway_mode_ipv4'

/** The network through which a container has an address, by its name. */
const networkOf = ({ networks }: Container, address: string): string | undefined =>
  Object.keys(networks).find((name) => networks[name]?.address === address)

/** The port that was asked for, as Docker says it: `80/tcp`; undefined for a ping. */
function asked({ evidence: { probe }, header }: Situation): string | undefined {
  if (probe.protocol === 'icmp' || header.dport === undefined || header.dport === probe.mark) return undefined
  return `${header.dport}/${probe.protocol}`
}

/** What lets a packet in: the port of the host where there is one, else one that is made; or a network that is open. */
function waysIn(situation: Situation, container: Container, network: string, routed: boolean): string[] {
  const { stack } = situation
  const port = asked(situation)
  const at = container.published.find(({ inside }) => inside === port)
  const open = `docker network create -o ${mode}=nat-unprotected OPEN; docker network connect OPEN ${container.name}`
  const mapping = port?.replace(/^(\d+)/, '$1:$1').replace('/tcp', '')
  const publish = port && `docker run -p ${mapping} … publishes ${port} of ${container.name}`
  return [
    ...(at
      ? [
          `${port} is published: ask port ${at.port} of ${called(stack.place)}${/^127\.|^::1/.test(at.address) ? `, from itself (${at.address})` : ''}.`,
        ]
      : publish
        ? [`${publish}, which takes a new container.${routed ? '' : ' Ask the port of the host then.'}`]
        : []),
    `Or a network that lets everybody in, whose address is asked then: ${open}. The mode of ${network} itself cannot be changed.`,
  ]
}

/** The reason of a rule, by the comment that Docker gives it. */
function reasonOf(text: string, container: string, network: string): string {
  const [, comment = ''] = text.match(/ comment "([^"]*)"/) ?? []
  if (comment === 'DROP DIRECT ACCESS')
    return `from outside nobody comes to ${container} past the host, because of the gateway mode of its network ${network}`
  if (comment === 'UNPUBLISHED PORT DROP')
    return `its network ${network} lets in only what is published, and this is not`
  if (comment === 'DROP REMOTE LOOPBACK') return 'that port is published on 127.0.0.1 alone'
  return `of the network ${network}`
}

/** The verdict on a drop in that table, which came without a fix: none of a rule. What another table accepts, this one drops all the same. */
export async function inDockerBridges(situation: Situation, told: Verdict): Promise<Verdict> {
  const { evidence, header, stack } = situation
  const only = 'what another table accepts is dropped here all the same, and Docker would put its rule back'
  const container = ownerOf(evidence.stacks, header.dst)?.stack.container
  const name = container && networkOf(container, header.dst)
  if (!container || name === undefined)
    return { ...told, says: `${told.says}: it is Docker's own (nftables); ${only}` }
  const networks = await evidence.networks(stack.place.server)
  const network = networks.find((one) => one.name === name)
  const routed = /^routed/.test(network?.options[mode] ?? '')
  return {
    ...told,
    says: `${told.says}: it is Docker's own (nftables): ${reasonOf(told.rule?.text ?? '', container.name, name)}; ${only}`,
    hints: waysIn(situation, container, name, routed),
  }
}

/** The network of a lab as lines that two runs of one scenario must have in common: what differs by chance has one name. */
import ipaddr from 'ipaddr.js'
import { sleep } from '../../lib/server/process.ts'
import { attach } from '../../lib/virtual/servers.ts'

interface Link {
  ifname: string
  master?: string
  addr_info?: Array<{ family: string; local: string }>
}

/** What moves while one looks, and numbers that the kernel gives to all on the machine in the order of making. */
const moving = /timer$|^(ifindex|link_index|link_netnsid|valid_life_time|preferred_life_time|tentative)$/

/** What is chosen by chance: MAC addresses but those of a LAN's machines, what follows from them, ports of Docker's DNS. */
const chances: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?!08:00:27)[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/g, 'MAC'],
  [/\b8000\.[0-9a-f.:]+/g, '8000.MAC'],
  [/"fe80::[0-9a-f:]+"/g, '"fe80::MAC"'],
  [/127\.0\.0\.11:\d+/g, '127.0.0.11:PORT'],
  [/-s 127\.0\.0\.11(.*) --sport \d+/g, '-s 127.0.0.11$1 --sport PORT'],
  [/\[\d+:\d+\]/g, ''], // counters of rules
]

/** The networks of a Swarm, and its gateway: who of its tasks begins first, gets the first address there. */
const ofSwarm =
  'docker network ls --no-trunc --format "{{.ID}} {{.Name}} {{.Scope}}" | grep -E " swarm$| docker_gwbridge " | cut -d " " -f 1 | xargs -r docker network inspect -f "{{range .IPAM.Config}}{{println .Subnet}}{{end}}"'

/** The text with one name for each address that a network gave out by chance. */
const withoutTurns = (text: string, subnets: readonly string[]): string =>
  text.replace(/\b\d+\.\d+\.\d+\.\d+\b(?!\/\d)/g, (address) => {
    const inside = subnets.find((subnet) => ipaddr.parse(address).match(ipaddr.parseCIDR(subnet)))
    return inside ? `ONE-OF-${inside}` : address
  })

/** Docker names its bridges and cables by chance: here a bridge is called by its address, a cable by its bridge. */
function chanceNames(links: readonly Link[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const { ifname, addr_info = [] } of links)
    if (/^br-[0-9a-f]{12}$/.test(ifname))
      names.set(ifname, `br-${addr_info.find(({ family }) => family === 'inet')?.local}`)
  for (const { ifname, master = 'nothing' } of links)
    if (/^veth[0-9a-f]{7}$/.test(ifname)) names.set(ifname, `veth-of-${names.get(master) ?? master}`)
  return names
}

/** Links, addresses, routes and rules of all places of a lab that is up, a line each. */
export async function networkOf(lab: string): Promise<Record<string, string[]>> {
  const box = attach(lab)
  if (!box) throw new Error(`${lab} is not up`)
  await sleep(1100) // the kernel tells of a carrier, and of what follows from it, once a second (linkwatch)
  const state: Record<string, string[]> = {}
  for (const { name: server, engine } of box.record.servers) {
    const { run } = await box.server(server, false)
    const ask = async (...argv: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(argv)
      if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
      return stdout.trim()
    }
    const subnets = engine ? (await ask('sh', '-c', ofSwarm)).split('\n').filter(Boolean) : []
    const place = async (...enter: string[]): Promise<string[]> => {
      const json = async (...words: string[]) =>
        JSON.parse((await ask(...enter, 'ip', '-j', ...words)) || '[]') as Link[]
      const renamed = chanceNames(await json('addr'))
      const plain = (text: string): string => {
        let value = text
        for (const [name, other] of renamed) value = value.replaceAll(name, other)
        for (const [pattern, other] of chances) value = value.replace(pattern, other)
        return withoutTurns(value, subnets)
      }
      const lines = async (what: string, ...words: string[]) =>
        (await json(...words))
          .map((one) => JSON.stringify(one, (key, value) => (moving.test(key) ? undefined : value)))
          .map((line) => `${what} ${plain(line)}`)
          .sort()
      const rules = 'iptables-save | grep -v "^#"; sysctl net.ipv4.ip_forward'
      return [
        ...(await lines('link', '-d', 'link')),
        ...(await lines('address', 'addr')),
        ...(await lines('route', '-4', 'route', 'show', 'table', 'all')),
        ...(await lines('policy', 'rule')),
        ...(await ask(...enter, 'sh', '-c', rules)).split('\n').map(plain),
      ]
    }
    state[server] = await place()
    for (const { name } of JSON.parse((await ask('ip', '-j', 'netns', 'list')) || '[]') as Array<{
      name: string
    }>)
      state[`${server}/${name}`] = await place('ip', 'netns', 'exec', name)
    if (!engine) continue
    const pids = 'docker ps -q | xargs -r docker inspect -f "{{.State.Pid}} {{.HostConfig.NetworkMode}}"'
    const own = (await ask('sh', '-c', pids)).split('\n').filter((line) => line && !line.endsWith(' host'))
    const containers = own.map((line) => place('nsenter', '--target', line.split(' ')[0] ?? '', '--net'))
    // Sorted: which of three replicas gets which address is chance.
    state[`containers of ${server}`] = (await Promise.all(containers)).map((lines) => lines.join('\n')).sort()
  }
  return state
}

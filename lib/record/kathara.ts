/** A lab of Kathará: lab.conf with the devices and their collision domains, and what each device runs. Source: kathara-lab.conf(5). */
import { BadInput } from '../errors.ts'
import { bridgeLines, type End, inNode, nodeLines, nodeName, plugLines, type ReadLab } from './topology.ts'

/** The files of a lab: lab.conf, and those that end with .startup, by their names; `other`: what else there is. */
export interface KatharaFiles {
  conf: string
  startups: ReadonlyMap<string, string>
  other: readonly string[]
}

/** What Kathará sets on each device. */
const settings = [
  'net.ipv4.ip_forward=1',
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
  'net.ipv6.conf.all.forwarding=1',
]

/** Words that begin a construct of more lines than one: then the whole is one line. */
const construct = /^\s*(for|while|if|case|until|\w+\s*\(\))|\\$|<<|\{$/m

/** The lines of a startup file, as they run in a device. */
function startup(device: string, text: string, leftOut: string[]): string[] {
  const lines = construct.test(text)
    ? [text]
    : text.split('\n').filter((line) => line.trim() && !/^\s*#/.test(line))
  return lines.flatMap((line) => {
    const read = inNode(device, line)
    if ('line' in read) return [read.line]
    leftOut.push(read.leftOut)
    return []
  })
}

/** The devices of lab.conf, in their order, and their interfaces. */
function devicesOf(
  conf: string,
  leftOut: string[],
): { devices: string[]; ends: Array<End & { domain: string }> } {
  const devices = new Set<string>()
  const ends: Array<End & { domain: string }> = []
  for (const line of conf.split('\n')) {
    const text = line.replace(/^\s*#.*|\s+#.*$/g, '').trim()
    if (text === '' || /^LAB_\w+=/.test(text)) continue
    const [, device = '', key = '', value = ''] = text.match(/^([\w-]+)\[(\w+)\]=["']?([^"']*)["']?$/) ?? []
    if (device === '') {
      leftOut.push(`lab.conf: ${text}`)
      continue
    }
    devices.add(nodeName(device))
    const [domain = '', mac] = value.split(/\/(.*)/s)
    if (/^\d+$/.test(key)) ends.push({ node: device, dev: `eth${key}`, domain, ...(mac ? { mac } : {}) })
    else leftOut.push(`${device}: ${key} ${value}${key === 'image' ? ', a namespace stands for it' : ''}`)
  }
  return { devices: [...devices], ends }
}

/** Reads a lab. Throws BadInput when lab.conf has no device. */
export function katharaLab({ conf, startups, other }: KatharaFiles): ReadLab {
  const leftOut = other.map((name) => `${name}: its files are not copied`)
  const { devices, ends } = devicesOf(conf, leftOut)
  if (devices.length === 0)
    throw new BadInput('lab.conf has no device', { where: undefined, hint: 'A line of it is: pc1[0]="A"' })
  const domains = [...new Set(ends.map(({ domain }) => domain))]
  const bridgeOf = (domain: string): string => `cd-${domain}`.slice(0, 15)
  const shared = startups.get('shared') ?? ''
  for (const name of startups.keys())
    if (name !== 'shared' && !devices.includes(name))
      leftOut.push(`${name}.startup: lab.conf has no such device`)
  return {
    parts: [
      {
        title: 'The devices, which forward',
        lines: devices.flatMap((device) => [
          ...nodeLines(device),
          ...settings.map((one) => `ip netns exec ${device} sysctl -w ${one}`),
        ]),
      },
      {
        title: 'The collision domains, a bridge each',
        lines: [
          ...domains.flatMap((domain) => bridgeLines(bridgeOf(domain))),
          ...ends.flatMap((end, number) =>
            plugLines(end, `p${number}-${end.node}`.slice(0, 15), bridgeOf(end.domain)),
          ),
        ],
      },
      ...devices.flatMap((device) => {
        const lines = startup(device, `${shared}\n${startups.get(device) ?? ''}`.trim(), leftOut)
        return lines.length > 0 ? [{ title: `What ${device} runs`, lines }] : []
      }),
    ],
    namespaces: devices,
    leftOut,
  }
}

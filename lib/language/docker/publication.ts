/** Ports that are published, as in `docker run -p`: what the call of the Engine API says, and what the docker program reads. */
import { BadInput } from '../../errors.ts'
import type { Port } from '../effects.ts'
import { ipv4, port } from '../names.ts'
import { show, text } from '../values.ts'

/** `[ADDRESS:][PORTS:]PORTS[/PROTOCOL]`, of which the docker program reads what the call does not say: ranges, IPv6, any port. */
const publication =
  /^(?:(\d+(?:\.\d+){3}|\[[0-9a-fA-F:]+\]):)?(?:([\d-]*):)?(\d[\d-]*)(?:\/(?:tcp|udp|sctp))?$/
/** The same in words, as `published=8080,target=80`. */
const inWords =
  /^(?:(?:published|target)=\d{1,5}(?:-\d{1,5})?|protocol=(?:tcp|udp|sctp)|host_ip=[\da-fA-F.:]+)$/

/** How many ports a text stands for: one, or a range of them; 0 when it is neither. */
function portsIn(text: string): number {
  const found = text.match(/^(\d{1,5})(?:-(\d{1,5}))?$/)
  const [from, to] = [Number(found?.[1] ?? -1), Number(found?.[2] ?? found?.[1] ?? -1)]
  return from >= 0 && from <= to && to <= 65535 ? to - from + 1 : 0
}

/** Whether it is right, and none of those that the call says. */
export function otherPublication(spec: string): boolean {
  const pairs = spec.split(',')
  if (spec.includes('=')) return pairs.every((one) => inWords.test(one)) && /(^|,)target=/.test(spec)
  const [, address, outer, inner = ''] = spec.match(publication) ?? []
  if (address?.includes('.')) ipv4(address)
  const [out, own] = [portsIn(outer ?? ''), portsIn(inner)]
  if (own === 0 || Number.parseInt(inner, 10) === 0) return false
  if (outer === undefined || outer === '')
    return outer === undefined ? address === undefined : address !== undefined
  // Several ports of the machine and one of the container: one of them is taken.
  if (out === 0 || (own > 1 && out !== own)) return false
  return out > 1 || Number(outer) === 0 || address?.startsWith('[') === true || spec.endsWith('/sctp')
}

/** `[HOST_IP:]HOST_PORT:PORT[/PROTOCOL]`, as docker-run(1) has it. */
export function published(spec: string) {
  const found = text(spec, 'a port to publish').match(/^(?:([\d.]+):)?(\d+):(\d+)(?:\/(tcp|udp))?$/)
  if (!found)
    throw new BadInput(
      `${show(spec)} is not a port to publish: [ADDRESS:]PORT:PORT[/PROTOCOL], as in 8080:80`,
    )
  const [, ip = '', outer, inner, protocol = 'tcp'] = found
  if (ip) ipv4(ip)
  port(Number(outer))
  port(Number(inner))
  const taken: Port = {
    port: Number(outer),
    ...(protocol === 'udp' ? { udp: true } : {}),
    ...(ip ? { address: ip } : {}),
  }
  return { key: `${inner}/${protocol}`, binding: { HostIp: ip, HostPort: String(outer) }, taken }
}

/** What a probe's output means. The printed scripts hold the same in shell: see print/observers.ts. */
import { classify } from '../../errors.ts'
import { countPackets } from './capture.ts'
import type { Check, Observed } from './check.ts'

interface Said {
  code: number
  stdout: string
  stderr: string
}

const unreachable = /unreachable|No route to host/i
const unknownName =
  /bad address|not known|name resolution|NXDOMAIN|can't (find|resolve)|No address associated/i

/** iputils and busybox both print `ttl=64` for a reply, and `100% packet loss` for none. */
function ping(text: string): Observed | undefined {
  const ttl = text.match(/ttl=(\d+)/)?.[1]
  if (ttl) return `replies, TTL ${ttl}`
  if (unknownName.test(text)) return 'does not resolve'
  if (/Time to live exceeded/i.test(text)) return 'TTL exceeded'
  if (unreachable.test(text)) return 'unreachable'
  return /100% packet loss/.test(text) ? 'no reply' : undefined
}

/** What `nc` says when it could not connect. */
function notConnected(text: string): Observed | undefined {
  if (/refused/i.test(text)) return 'closed'
  if (unreachable.test(text)) return 'unreachable'
  return /timed out|in progress|timeout/i.test(text) ? 'filtered' : undefined
}

/**
 * The answer of a listen(): its netstat, with the address that this connection comes from. A listener for IPv4 and
 * IPv6 sees ::ffff: before it; a caller that has sent all it had to say is in CLOSE_WAIT.
 */
function seenFrom(text: string, port: string): Observed | undefined {
  const line = /^tcp\s+\d+\s+\d+\s+\S+:(\d+)\s+(?:::ffff:)?([\d.]+):\d+\s+(?:ESTABLISHED|CLOSE_WAIT)/gm
  const peer = [...text.matchAll(line)].find(([, local]) => local === port)?.[2]
  return peer && `open, seen from ${peer}`
}

/** Answers of nslookup: each address once, without that of the name server itself. */
function dns(text: string, code: number): Observed | undefined {
  const answers = text
    .split(/\n\s*\n|^Name:/m)
    .slice(1)
    .join('\n')
  const addresses = new Set(answers.match(/(?<=^Address(?: \d+)?:\s*)\d+\.\d+\.\d+\.\d+/gm))
  if (addresses.size > 0) return `resolves, ${addresses.size} address${addresses.size === 1 ? '' : 'es'}`
  return unknownName.test(text) || /timed out|no servers|unreachable/i.test(text) || code === 1
    ? 'does not resolve'
    : undefined
}

/** Whether the text is in the output, and in how many lines. */
function output(text: string, look: string): Observed {
  const lines = text.split('\n').filter((line) => line.includes(look)).length
  return lines === 0 ? `does not print ${look}` : `prints ${look}, ${lines} line${lines === 1 ? '' : 's'}`
}

/** The observation that the output of a check's command tells; undefined when the tool itself failed. */
export function observe(check: Pick<Check, 'observer' | 'look'>, said: Said): Observed | undefined {
  const all = `${said.stdout}\n${said.stderr}`
  switch (check.observer) {
    case 'ping':
      return ping(all)
    case 'port':
      return said.code === 0 ? 'open' : notConnected(all)
    case 'answer':
      return seenFrom(said.stdout, check.look ?? '') ?? notConnected(all) ?? connectedOrNot(said)
    case 'udp':
      return said.stdout ? 'open' : (notConnected(said.stderr) ?? (said.code === 0 ? 'no answer' : 'closed'))
    case 'dns':
      return dns(all, said.code)
    case 'packets': {
      const count = countPackets(said.stdout, check.look ?? '')
      if (said.code !== 0) return undefined
      return count === 0 ? 'not seen' : `seen, ${count} packet${count === 1 ? '' : 's'}`
    }
    case 'attempt':
      if (said.code === 0) return 'made'
      return classify(all)?.cause === 'kernel lacks' ? 'this kernel lacks it' : undefined
    case 'output':
      return said.code === 0 ? output(said.stdout, check.look ?? '') : undefined
  }
}

/** nc without -v says nothing: it was connected and got no answer, or it waited in vain. */
const connectedOrNot = ({ code, stderr }: Said): Observed | undefined =>
  code === 0 ? 'open' : stderr.trim() === '' && code === 1 ? 'filtered' : undefined

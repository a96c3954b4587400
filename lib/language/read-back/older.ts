/** Older words (net-tools, brctl, vconfig), as lines of ip(8) and bridge(8) that mean the same. */
import { maskLength } from '../grammar/kinds.ts'

type Lines = string[][] | undefined

/** 24 for 255.255.255.0; what an address had before there were masks, where none is said. */
const length = (address: string, mask: string | undefined): string | undefined => {
  if (mask !== undefined) return String(maskLength(mask) ?? '') || undefined
  const first = Number(address.split('.')[0])
  return first < 128 ? '8' : first < 192 ? '16' : '24'
}

function ifconfig(words: readonly string[]): Lines {
  const [dev, ...rest] = words.filter((word) => word !== '-a')
  if (dev === undefined) return [['ip', 'addr', 'show']]
  if (rest.length === 0) return [['ip', 'addr', 'show', 'dev', dev]]
  const lines: string[][] = []
  const [link = '', label] = dev.split(':')
  let up = false
  let down = false
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    const next = rest[at + 1]
    if (word === 'up') up = true
    else if (word === 'down') down = true
    else if (word === 'mtu' && next) lines.push(['ip', 'link', 'set', 'dev', link, 'mtu', next]) && at++
    else if (word === 'hw' && next === 'ether') {
      lines.push(['ip', 'link', 'set', 'dev', link, 'address', rest[at + 2] ?? ''])
      at += 2
    } else if (/^-?(promisc|arp|multicast|allmulti)$/.test(word))
      lines.push([
        'ip',
        'link',
        'set',
        'dev',
        link,
        word.replace('-', '').replace('allmulti', 'allmulticast'),
        word.startsWith('-') ? 'off' : 'on',
      ])
    else if (word === 'txqueuelen' && next)
      lines.push(['ip', 'link', 'set', 'dev', link, 'txqueuelen', next]) && at++
    else if (word === 'inet6' || word === 'add') {
      const address = word === 'inet6' && next === 'add' ? rest[at + 2] : next
      if (address === undefined) return undefined
      lines.push(['ip', 'addr', 'add', address, 'dev', link])
      at += word === 'inet6' && next === 'add' ? 2 : 1
      if (word === 'inet6') up = true
    } else if (/^[\d.]+(\/\d+)?$/.test(word)) {
      const mask = rest.indexOf('netmask')
      const broadcast = rest.indexOf('broadcast')
      const prefix = word.includes('/') ? undefined : length(word, mask < 0 ? undefined : rest[mask + 1])
      if (!word.includes('/') && prefix === undefined) return undefined
      lines.push([
        'ip', 'addr', 'add', prefix === undefined ? word : `${word}/${prefix}`,
        'broadcast', broadcast < 0 ? '+' : (rest[broadcast + 1] ?? ''), 'dev', link, ...(label === undefined ? [] : ['label', dev]),
      ]) // biome-ignore format: one line of words
      up = true
    } else if (word === 'netmask' || word === 'broadcast') at++
    else return undefined
  }
  if (up && !down) lines.push(['ip', 'link', 'set', 'dev', link, 'up'])
  if (down) lines.push(['ip', 'link', 'set', 'dev', link, 'down'])
  return lines
}

function route(words: readonly string[]): Lines {
  const v6 = words.some((word) => word === 'inet6' || word === '-6' || word === '-A')
  const rest = words.filter((word) => !['-A', 'inet6', '-6', '-4', 'inet'].includes(word))
  if (rest.every((word) => /^-[ne]+$/.test(word))) return [['ip', ...(v6 ? ['-6'] : []), 'route', 'show']]
  const [verb, ...more] = rest
  if (verb !== 'add' && verb !== 'del') return undefined
  const after = (name: string): string | undefined =>
    more.includes(name) ? more[more.indexOf(name) + 1] : undefined
  const net = after('-net')
  const host = after('-host')
  const to = net ?? host ?? more[0] ?? ''
  const mask = after('netmask')
  const prefix = mask === undefined ? undefined : maskLength(mask)
  const target =
    to === 'default' || to === '0.0.0.0'
      ? 'default'
      : to.includes('/') || host !== undefined || prefix === undefined
        ? to
        : `${to}/${prefix}`
  if (net !== undefined && !target.includes('/') && target !== 'default') return undefined
  const gateway = after('gw') ?? after('gateway')
  const known = ['-net', '-host', 'netmask', 'gw', 'gateway', 'dev', 'metric', 'mss']
  const index = gateway === undefined ? more.length - 1 : more.indexOf(gateway) + 1
  const last = more.at(-1)
  const dev =
    after('dev') ??
    (last !== undefined && index <= more.length - 1 && !known.includes(more.at(-2) ?? '') && last !== to
      ? last
      : undefined)
  const metric = after('metric')
  const reject = more.includes('reject')
  return [[
    'ip', 'route', verb, ...(reject ? ['unreachable'] : []), target, ...(gateway === undefined || gateway === '0.0.0.0' ? [] : ['via', gateway]),
    ...(dev === undefined || reject ? [] : ['dev', dev]), ...(metric === undefined ? [] : ['metric', metric]),
  ]] // biome-ignore format: one line of words
}

function brctl([verb, bridge = '', port = '', value = '']: readonly string[]): Lines {
  const set = (option: string, value: string): Lines => [
    ['ip', 'link', 'set', 'dev', bridge, 'type', 'bridge', option, value],
  ]
  const bit = (word: string): string => (/^(on|yes|1)$/.test(word) ? '1' : '0')
  const hundredths = (seconds: string): string => String(Math.round(Number(seconds) * 100))
  switch (verb) {
    case 'addbr':
      return [['ip', 'link', 'add', 'name', bridge, 'type', 'bridge']]
    case 'delbr':
      return [['ip', 'link', 'del', 'dev', bridge]]
    case 'addif':
      return [['ip', 'link', 'set', 'dev', port, 'master', bridge]]
    case 'delif':
      return [['ip', 'link', 'set', 'dev', port, 'nomaster']]
    case 'stp':
      return set('stp_state', bit(port))
    case 'setfd':
      return set('forward_delay', hundredths(port))
    case 'sethello':
      return set('hello_time', hundredths(port))
    case 'setmaxage':
      return set('max_age', hundredths(port))
    case 'setageing':
      return set('ageing_time', hundredths(port))
    case 'setbridgeprio':
      return set('priority', port)
    case 'setpathcost':
      return [['bridge', 'link', 'set', 'dev', port, 'cost', value]]
    case 'setportprio':
      return [['bridge', 'link', 'set', 'dev', port, 'priority', value]]
    case 'hairpin':
      return [['bridge', 'link', 'set', 'dev', port, 'hairpin', /^(on|yes|1)$/.test(value) ? 'on' : 'off']]
    case 'show':
      return bridge === ''
        ? [
            ['ip', 'link', 'show', 'type', 'bridge'],
            ['bridge', 'link', 'show'],
          ]
        : [['ip', 'link', 'show', 'master', bridge]]
    case 'showmacs':
      return [['bridge', 'fdb', 'show', 'br', bridge]]
    default:
      return undefined
  }
}

function arp(words: readonly string[]): Lines {
  const rest = words.filter((word) => word !== '-i')
  const at = words.indexOf('-i')
  const dev = at < 0 ? [] : ['dev', words[at + 1] ?? '']
  const plain = rest.filter((word) => !(dev.length > 0 && word === dev[1]))
  const [flag, address = '', mac = ''] = plain
  if (plain.every((word) => /^-[nae]+$/.test(word))) return [['ip', 'neigh', 'show', ...dev]]
  if (dev.length === 0) return undefined // its interface is found by the route: nobody knows it here
  if (flag === '-s') return [['ip', 'neigh', 'replace', address, 'lladdr', mac, 'nud', 'permanent', ...dev]]
  if (flag === '-d') return [['ip', 'neigh', 'del', address, ...dev]]
  return undefined
}

/** The lines that mean the same; undefined for a program that is not older, or words that are not understood. */
export function olderLines([program, ...words]: readonly string[]): Lines {
  switch (program) {
    case 'ifconfig':
      return ifconfig(words)
    case 'route':
      return route(words)
    case 'brctl':
      return brctl(words)
    case 'arp':
      return arp(words)
    case 'netstat':
      return words.join('').replaceAll('-', '').includes('r') ? [['ip', 'route', 'show']] : undefined
    case 'vconfig':
      if (words[0] === 'add')
        return [
          [
            'ip',
            'link',
            'add',
            'link',
            words[1] ?? '',
            'name',
            `${words[1]}.${words[2]}`,
            'type',
            'vlan',
            'id',
            words[2] ?? '',
          ],
        ]
      return words[0] === 'rem' ? [['ip', 'link', 'del', 'dev', words[1] ?? '']] : undefined
    case 'ifup':
    case 'ifdown':
      return undefined
    case 'docker-compose':
      return [['docker', 'compose', ...words]]
    default:
      return undefined
  }
}

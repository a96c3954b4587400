/** The commands that give a thing the one value that it had: pure. */
import type { Step } from './moved.ts'

const states = ['disabled', 'listening', 'learning', 'forwarding', 'blocking']

/** `stp_state 1`, `isolated on`; a port's state has a number. */
const portValue = (key: string, value: string): string =>
  key === 'state' && states.includes(value) ? String(states.indexOf(value)) : value

function linkBack([dev = '', key = '', ...more]: string[], value: string): string[] | undefined {
  const set = ['ip', 'link', 'set', 'dev', dev]
  switch (key) {
    case 'up':
      return [...set, value]
    case 'master':
      return value === '' ? [...set, 'nomaster'] : [...set, 'master', value]
    case 'arp':
    case 'mtu':
    case 'address':
      return [...set, key, value]
    case 'type':
      return more.length === 2 ? [...set, 'type', more[0] ?? '', more[1] ?? '', value] : undefined
    case 'port':
      return ['bridge', 'link', 'set', 'dev', dev, more[0] ?? '', portValue(more[0] ?? '', value)]
    default:
      return undefined
  }
}

function policyBack([program = '', ...path]: string[], value: string): string[] | undefined {
  if (value === '-') return undefined // a chain of somebody's own has none
  if (program === 'nft') return ['nft', 'chain', ...path, '{', 'policy', value, ';', '}']
  const [table = '', chain = ''] = path
  return [program, '-t', table, '-P', chain, value]
}

/** Nothing where it cannot be set by itself: what it belongs to is made, or goes, as a whole. */
export function valueBack(key: string, old: string | undefined): Step[] {
  if (old === undefined) return []
  const [kind = '', ...words] = key.split(' ')
  if (kind === 'sysctl') return [{ argv: ['sysctl', '-q', '-w', `${words.join(' ')}=${old}`] }]
  const argv = kind === 'link' ? linkBack(words, old) : kind === 'policy' ? policyBack(words, old) : undefined
  return argv ? [{ argv }] : []
}

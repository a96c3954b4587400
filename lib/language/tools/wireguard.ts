/** The words of wg(8), as tables. */
import { type Clause, commaList, flag, many, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { any, ifname, mark, oneOf, pattern, plainWord, prefix, whole } from '../grammar/kinds.ts'
import { type Options, optionsOf, optionWords } from '../grammar/options.ts'
import { entryOf } from '../grammar/read.ts'

const subject = (line: Line, index = 0): string => String(line.subject[index] ?? '')
const file = plainWord('a file', '/etc/wireguard/private.key')
const publicKey = pattern(
  'a public key',
  /^([A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=|\uE000[\s\S]*)$/,
  `${'A'.repeat(43)}=`,
)

const peer = {
  /** Takes the peer away: `remove` */
  remove: flag('remove'),
  presharedKey: word('preshared-key', file),
  /** Where it is reached: `endpoint` */
  endpoint: word('endpoint', pattern('ADDRESS:PORT', /^\S+:\d{1,5}$/, '10.0.0.2:51820')),
  persistentKeepalive: word(
    'persistent-keepalive',
    any(whole('number of seconds', 0, 65535), oneOf('switch', 'off')),
  ),
  /** What is sent to it, and taken from it: `allowed-ips` */
  allowedIps: commaList('allowed-ips', prefix),
}
const readPeer: Clause['read'] = ([name = '', ...words]) => {
  if (publicKey.read(name) === undefined) return undefined
  const said: Array<{ name: string; args: readonly unknown[] }> = []
  let at = 0
  while (at < words.length && words[at] !== 'peer') {
    const entry = entryOf(peer, words[at] ?? '')
    const taken = entry?.[1].read(words.slice(at + 1), words[at] ?? '')
    if (!entry || !taken) break
    said.push({ name: entry[0], args: taken.args })
    at += 1 + taken.used
  }
  const options = optionsOf(peer, said)
  return options && { args: said.length > 0 ? [name, options] : [name], used: at + 1 }
}

/** wg(8). */
export const wireguardForms = {
  set: form({
    words: ['wg', 'set'],
    subject: [word([], ifname)],
    clauses: {
      listenPort: word('listen-port', whole('port', 0, 65535)),
      fwmark: word('fwmark', any(mark, oneOf('switch', 'off'))),
      privateKey: word('private-key', file),
      /** One of those it talks to, by its public key: `peer` */
      peer: many({
        ...word('peer', publicKey, plainWord('what is known of it')),
        print: ([key, of]: [key: string, of?: Options<typeof peer>]) => [
          'peer',
          publicKey.word(key),
          ...optionWords(peer, of ?? {}, 'a peer'),
        ],
        read: readPeer,
      } as unknown as Clause<[key: string, of?: Options<typeof peer>]>),
    },
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'wireguard' }],
  }),
  show: form({ words: ['wg', 'show'], subject: [word([], ifname)], optional: 0, clauses: {}, looks: true }),
  showconf: form({ words: ['wg', 'showconf'], subject: [word([], ifname)], clauses: {}, looks: true }),
  setconf: form({
    words: ['wg', 'setconf'],
    subject: [word([], ifname), word([], file)],
    clauses: {},
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'wireguard' }],
  }),
  addconf: form({
    words: ['wg', 'addconf'],
    subject: [word([], ifname), word([], file)],
    clauses: {},
    does: (line) => [{ does: 'sets', kind: 'link', name: subject(line), key: 'wireguard' }],
  }),
  genkey: form({ words: ['wg', 'genkey'], clauses: {}, looks: true }),
  genpsk: form({ words: ['wg', 'genpsk'], clauses: {}, looks: true }),
} as const

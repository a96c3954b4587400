/** Programs that look at a network, as tables: ss(8), traceroute(8), arping(8). */
import { flag, word } from '../grammar/clause.ts'
import { form } from '../grammar/form.ts'
import { ifname, pattern, whole } from '../grammar/kinds.ts'

const host = word([], pattern('an address or a name', /^[^\s-][\w.:%-]*$|\uE000/, '10.0.0.1', 'web'))

/** What is said by one word each. */
export const lookerForms = {
  ss: form({
    words: ['ss'],
    clauses: {
      /** `-t` */
      tcp: flag('-t', '--tcp'),
      /** `-u` */
      udp: flag('-u', '--udp'),
      /** Those who listen: `-l` */
      listening: flag('-l', '--listening'),
      /** Both those who listen and those who talk: `-a` */
      all: flag('-a', '--all'),
      /** Numbers in the place of names: `-n` */
      numeric: flag('-n', '--numeric'),
      /** With their programs: `-p` */
      processes: flag('-p', '--processes'),
      extended: flag('-e', '--extended'),
      info: flag('-i', '--info'),
      memory: flag('-m', '--memory'),
      options: flag('-o', '--options'),
      summary: flag('-s', '--summary'),
      raw: flag('-w', '--raw'),
      unix: flag('-x', '--unix'),
      ipv4: flag('-4', '--ipv4'),
      ipv6: flag('-6', '--ipv6'),
      noHeader: flag('-H', '--no-header'),
    },
    takes: 'options',
    looks: true,
  }),
  traceroute: form({
    words: ['traceroute'],
    subject: [host],
    clauses: {
      numeric: flag('-n'),
      icmp: flag('-I', '--icmp'),
      tcp: flag('-T', '--tcp'),
      ipv4: flag('-4'),
      ipv6: flag('-6'),
      maxHops: word(['-m', '--max-hops'], whole('number of hops', 1, 255)),
      queries: word(['-q', '--queries'], whole('number', 1, 10)),
      wait: word(['-w', '--wait'], whole('number of seconds', 1, 600)),
      port: word(['-p', '--port'], whole('port', 1, 65535)),
      interface: word(['-i', '--interface'], ifname),
    },
    takes: 'options',
    looks: true,
  }),
  arping: form({
    words: ['arping'],
    subject: [host],
    clauses: {
      interface: word('-I', ifname),
      count: word('-c', whole('number', 1, 1000)),
      wait: word('-w', whole('number of seconds', 1, 600)),
      source: word('-s', pattern('an address', /^[\d.]+$/, '10.0.0.1')),
      duplicates: flag('-D'),
      unsolicited: flag('-U'),
      answers: flag('-A'),
      quiet: flag('-q'),
    },
    takes: 'options',
    looks: true,
  }),
} as const

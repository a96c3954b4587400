/** Programs that look at a network, as tables: ss(8), traceroute(8), arping(8). */
import { BadInput } from '../../errors.ts'
import { looks } from '../effects.ts'
import { type Clause, flag, word } from '../grammar/clause.ts'
import { form, type Line } from '../grammar/form.ts'
import { ifname, oneOf, pattern, text, whole } from '../grammar/kinds.ts'
import { filterWords } from '../values.ts'

const aFile = pattern('a file', /^[^\s-]\S*$|\uE000/, '/srv/lab.pcap')
/** What is caught, as pcap-filter(7): each word of it is one of the line. */
const filter: Clause<[expression: string]> = {
  ...word([], text('a filter', 'icmp', 'udp port 53')),
  print: ([said]) => filterWords(said),
  read(words) {
    const end = words.findIndex((word) => word.startsWith('-'))
    const own = end < 0 ? words : words.slice(0, end)
    return own.length === 0 ? undefined : { args: [own.join(' ')], used: own.length }
  },
}
const host = word([], pattern('an address or a name', /^[^\s-][\w.:%-]*$|\uE000/, '10.0.0.1', 'web'))

const ends = (line: Line): boolean => line.has('count') || line.has('read')

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
  tcpdump: form({
    words: ['tcpdump'],
    subject: [filter],
    optional: 0,
    clauses: {
      /** Of this interface, or of `any`: `-i` */
      interface: word(['-i', '--interface'], ifname),
      /** Ends when it has seen so many: `-c` */
      count: word('-c', whole('number of packets', 1, 1e6)),
      /** Of a file that was written before: `-r` */
      read: word('-r', aFile),
      /** Into a file, as packets: `-w` */
      write: word('-w', aFile),
      /** Addresses and ports in digits: `-n` */
      numeric: flag('-n', '-nn'),
      /** With the header of the link: `-e` */
      link: flag('-e'),
      /** What is in them, too: `-v`, `-vv`, `-vvv` */
      verbose: flag('-v', '--verbose'),
      moreVerbose: flag('-vv'),
      mostVerbose: flag('-vvv'),
      /** In few words: `-q` */
      quiet: flag('-q'),
      /** Without the time: `-t` */
      noTime: flag('-t'),
      /** Not all that comes by, but what is for this machine: `-p` */
      noPromiscuous: flag('-p', '--no-promiscuous-mode'),
      /** Each line at once: `-l` */
      lineBuffered: flag('-l'),
      /** Each packet at once: `-U` */
      packetBuffered: flag('-U', '--packet-buffered'),
      /** Only packets in, out, or both: `-Q` */
      direction: word(['-Q', '-P'], oneOf('direction', 'in', 'out', 'inout')),
      /** So many bytes of each: `-s` */
      snaplen: word(['-s', '--snapshot-length'], whole('number of bytes', 0, 262144)),
      /** Their text: `-A` */
      ascii: flag('-A'),
      /** Their bytes: `-X`, `-x` */
      bytes: flag('-X'),
      hex: flag('-x'),
    },
    takes: 'options',
    print: ({ own, said }) => ['tcpdump', ...said.flatMap(({ words }) => words), ...own],
    judge: (line) => {
      if (!ends(line) && !line.has('write'))
        throw new BadInput('tcpdump ends by itself only with count: say it, or capture(PLACE, INTERFACE)')
    },
    does: (line) => {
      const name = line.text('write')
      if (name === undefined) return looks
      return [
        ends(line) ? { does: 'replaces', kind: 'file', name } : { does: 'makes', kind: 'capture', name },
      ]
    },
    facts: (line) => {
      if (!line.has('write')) return { shows: true }
      return ends(line) ? {} : { background: true }
    },
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

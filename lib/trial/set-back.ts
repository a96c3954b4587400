/** The commands that make again what is gone, and remove what has come: routes, addresses and the like. Pure. */
import { moved, type Step } from './moved.ts'

const split = (words: string): string[] => words.split(' ')

/** What the kernel makes by itself with an address, and takes away with it. */
const isKernels = (words: string): boolean => / proto kernel\b/.test(words)

/** `32766: from all lookup main` as ip(8) takes it. */
const ruleWords = (line: string): string[] => {
  const [, pref = '', rest = ''] = line.match(/^(\d+):\s*(.*)$/) ?? []
  return ['pref', pref, ...split(rest.replace(/\[detached\] /, ''))]
}

const routeWords = (line: string): string[] => split(line.replace(/ error -?\d+/, ''))

const neighbourWords = (line: string): string[] =>
  split(line.replace(/ (router|proxy|extern_learn)\b/g, '').replace(/ [A-Z]+$/, ' nud permanent'))

/** How a thing is made and removed. */
type Maker = (words: string) => { add: string[]; del: string[] }

const makers: ReadonlyArray<readonly [RegExp, Maker]> = [
  [/^route4$/, (line) => both(['ip', 'route'], routeWords(line))],
  [/^route6$/, (line) => both(['ip', '-6', 'route'], routeWords(line))],
  [/^rule4$/, (line) => both(['ip', 'rule'], ruleWords(line))],
  [/^rule6$/, (line) => both(['ip', '-6', 'rule'], ruleWords(line))],
  [/^xfrm$/, (line) => ({ add: ['ip', 'xfrm', 'policy', 'add', ...split(line)], del: xfrmDel(line) })],
  [
    /^fdb$/,
    (line) => ({
      add: ['bridge', 'fdb', 'append', ...split(line)],
      del: ['bridge', 'fdb', 'del', ...split(line)],
    }),
  ],
  [
    /^neigh$/,
    (line) => ({
      add: ['ip', 'neigh', 'replace', ...neighbourWords(line)],
      del: ['ip', 'neigh', 'del', ...split(line).slice(0, 3)],
    }),
  ],
]

const both = (before: string[], words: string[]) => ({
  add: [...before, 'add', ...words],
  del: [...before, 'del', ...words],
})

const xfrmDel = (line: string): string[] => {
  const [, src = '', dst = '', dir = ''] = line.match(/^src (\S+) dst (\S+) .*?dir (\S+)/) ?? []
  return ['ip', 'xfrm', 'policy', 'delete', 'src', src, 'dst', dst, 'dir', dir]
}

/** Addresses have an order: the first of a subnet is the one that is sent from. */
function addressesBack(
  dev: string,
  old: readonly string[],
  after: readonly string[],
  now: readonly string[],
): Step[] {
  const ours = moved(old, after, (text) => text)
  const gone = ours.gone.filter((text) => !now.includes(text))
  const come = ours.come.filter((text) => now.includes(text))
  const kept = now.filter((text) => !come.includes(text))
  const wanted = [...old.filter((text) => kept.includes(text) || gone.includes(text))]
  // From the first that is not at its place on they are added anew.
  const at = wanted.findIndex((text, i) => text !== kept[i])
  const again = at < 0 ? [] : wanted.slice(at)
  const del = (text: string): Step => ({
    argv: ['ip', 'addr', 'del', ...split(text).slice(0, peer(text)), 'dev', dev],
  })
  return [
    ...come.map(del),
    ...(again.length > 0 ? kept.filter((text) => again.includes(text)).map(del) : []),
    ...again.map((text): Step => ({ argv: ['ip', 'addr', 'add', ...split(text), 'dev', dev] })),
  ]
}

/** How many words the address itself has. */
const peer = (text: string): number => (/ peer /.test(text) ? 3 : 1)

/** What puts a set back from `after` to `old`, where it is `now`. */
export function setBack(
  key: string,
  old: readonly string[],
  after: readonly string[],
  now: readonly string[],
  round: number,
): Step[] {
  const [kind = '', dev = ''] = key.split(' ')
  if (kind === 'address') return addressesBack(dev, old, after, now)
  const maker = makers.find(([of]) => of.test(kind))?.[1]
  if (!maker) return []
  const { gone, come } = moved(old, after, (text) => text)
  const mine = (text: string) => (round > 0 || !isKernels(text)) && !/ master /.test(text)
  return [
    ...come
      .filter((text) => mine(text) && now.includes(text))
      .map((text): Step => ({ argv: maker(text).del })),
    ...gone
      .filter((text) => mine(text) && !now.includes(text))
      .map((text): Step => ({ argv: maker(text).add })),
  ]
}

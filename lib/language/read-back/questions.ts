/** Reads programs that ask, listen or look on: what they are is a check, a listener, a capture. */
import { type Call, literal } from './typed.ts'

/** The calls, and what they leave out. */
export interface Question {
  readonly calls: Call[]
  readonly without?: string
}

/** `ping -c 1 ADDRESS`, `nc -z ADDRESS PORT`, `nslookup NAME`: questions, whose answer is a check. */
export function question(words: readonly string[]): Question | undefined {
  const [program = '', ...rest] = words
  const valued: Readonly<Record<string, string>> = {
    ping: 'cWistIMmpwQSlT',
    ping6: 'cWistIMmpwQSlT',
    nc: 'wpsqi',
    nslookup: '',
    dig: '',
    host: '',
    ncat: 'wpsqi',
  }
  if (!(program in valued)) return undefined
  const plain: string[] = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    if (!/^-./.test(word)) plain.push(word)
    else if ((valued[program] ?? '').includes(word.at(-1) ?? '') && word.length === 2) at++
  }
  const options = rest.filter((word) => !plain.includes(word))
  const without = options.length > 0 ? { without: options.join(' ') } : {}
  const [target, port] = plain
  if (target === undefined || plain.includes('|')) return undefined
  if (program.startsWith('ping'))
    return plain.length === 1 && !options.includes('-f')
      ? { calls: [{ name: 'ping', args: [target] }, { name: 'replies' }], ...without }
      : undefined
  if (program === 'nc' || program === 'ncat') {
    const scan = options.some((word) => /^-[a-z]*z/.test(word))
    if (!scan || !/^\d+$/.test(port ?? '')) return undefined
    const udp = options.some((word) => /^-[a-z]*u/.test(word))
    return {
      calls: [{ name: udp ? 'udp' : 'tcp', args: [target, Number(port)] }, { name: 'open' }],
      ...without,
    }
  }
  const names = plain.filter(
    (word) => !word.startsWith('+') && !word.startsWith('@') && !/^(A|AAAA|IN)$/.test(word),
  )
  return names.length === 1 && plain.length === 1
    ? { calls: [{ name: 'dns', args: names }, { name: 'resolves' }], ...without }
    : undefined
}

/** `nc -l -p PORT`: a listener on TCP. */
export function listener([program = '', ...words]: readonly string[]): Question | undefined {
  if (!/^n(et)?cat$|^nc$/.test(program)) return undefined
  const letters = words
    .filter((word) => word.startsWith('-'))
    .join('')
    .replaceAll('-', '')
  const plain = words.filter((word) => !word.startsWith('-'))
  if (!/l/.test(letters) || !/^[lknvp4]+$/.test(letters) || plain.length !== 1) return undefined
  const port = Number(plain[0])
  if (!/^\d+$/.test(plain[0] ?? '')) return undefined
  return {
    calls: [{ name: 'listen', args: [port] }],
    ...(letters.includes('k') ? {} : { without: 'the end behind one connection' }),
  }
}

/** What `tcpdump` does that never ends by itself: a capture beside the steps; undefined where it is not that. */
export function captured(
  place: string,
  calls: readonly Call[],
  words: readonly string[],
): { text: string; without?: string } | undefined {
  const { args = [] } = calls.at(-1) ?? {}
  const options = (args.find((arg) => typeof arg === 'object') ?? {}) as Readonly<Record<string, unknown>>
  const filter = args.find((arg) => typeof arg === 'string')
  if (options.interface === undefined || ['count', 'read', 'write'].some((name) => name in options))
    return undefined
  const said = [options.interface, ...(filter === undefined ? [] : [filter])].map(literal)
  const left = words.filter((word) => /^-./.test(word) && !/^-[nlUi]+$/.test(word))
  return {
    text: `capture(${[place, ...said].join(', ')}).start()`,
    ...(left.length > 0 ? { without: left.join(' ') } : {}),
  }
}

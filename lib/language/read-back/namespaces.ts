/** The namespace that a program is told by its own options: tc -n, bridge -n, nsenter(1). */

/** The namespace that tc(8) or bridge(8) is told, or that nsenter(1) is given by its name in /run/netns; with what runs there. */
export function namespaceOf(
  words: readonly string[],
): { netns: string; words: readonly string[] } | undefined {
  const [program = '', option = '', netns = ''] = words
  if (/^(tc|bridge)$/.test(program) && /^-n(e(t(ns?)?)?)?$/.test(option) && netns !== '')
    return { netns, words: [program, ...words.slice(3)] }
  const file =
    program === 'nsenter' ? option.match(/^(?:--net=|-n)(?:\/var)?\/run\/netns\/([^/]+)$/)?.[1] : undefined
  return file !== undefined && words.length > 2 && !words[2]?.startsWith('-')
    ? { netns: file, words: words.slice(2) }
    : undefined
}

/** The options of nsenter(1), each by itself: `--net=FILE` as two words, up to the first word that is none of it. */
export function ofNsenter(given: readonly string[]): readonly string[] {
  const words = [...given]
  const found = words.splice(0, 1)
  while (words[0]?.startsWith('-')) {
    const option = words.shift() ?? ''
    const [, glued, file] = option.match(/^-([a-zA-Z])(\/.+)$/) ?? []
    const long = option.match(/^(--[a-z-]+)=(.*)$/)
    if (glued !== undefined) found.push(`${nsenterLong[glued] ?? glued}=`, file ?? '')
    else if (long)
      found.push(
        ...(/^--(target|set[ug]id)$/.test(long[1] ?? '') ? [long[1] ?? ''] : [`${long[1]}=`]),
        long[2] ?? '',
      )
    else if (/^-[numipUCTaF]{2,}$/.test(option))
      found.push(...[...option.slice(1)].map((letter) => `-${letter}`))
    else found.push(option)
    if (/^(-[tSG]|--target|--set[ug]id)$/.test(option)) found.push(words.shift() ?? '')
  }
  return [...found, ...words]
}
const nsenterLong: Readonly<Record<string, string>> = {
  n: '--net',
  m: '--mount',
  u: '--uts',
  i: '--ipc',
  p: '--pid',
  U: '--user',
  C: '--cgroup',
  T: '--time',
}

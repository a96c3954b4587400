/** Names and addresses that stay apart, and tell nothing: for a report that is shown to others. Pure. */

const v4 = /\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b/g
const mac = /\b(?:[\da-f]{2}:){5}[\da-f]{2}\b/gi
const v6 =
  /(?<![\w:])(?:[\da-f]{1,4}:){2,7}[\da-f]{1,4}(?![\w:])|(?<![\w:])(?:[\da-f]{1,4}:){1,6}:(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,5})?(?![\w:])/gi

/** Gives each text that it has not seen before the next number. */
function numbered(): (text: string) => number {
  const known = new Map<string, number>()
  return (text) => {
    const number = known.get(text) ?? known.size + 1
    known.set(text, number)
    return number
  }
}

/**
 * A text without the names that are given, and without addresses: what was alike stays alike, and what was in one
 * subnet of 24 bits stays so. Loopback, any and what all use are kept.
 */
export function redacted(text: string, names: readonly string[]): string {
  const [net, card, six, name] = [numbered(), numbered(), numbered(), numbered()]
  const kept = /^(127\.|0\.0\.0\.0|255\.|224\.|169\.254\.)/
  let out = text
    .replace(mac, (found) => `02:00:00:00:00:${card(found.toLowerCase()).toString(16).padStart(2, '0')}`)
    .replace(v6, (found) =>
      /^(::1?|fe80::|ff0\d::\d*)$/i.test(found) ? found : `fd00::${six(found.toLowerCase()).toString(16)}`,
    )
    .replace(v4, (found, a, b, c, d) => {
      if (kept.test(found) || [a, b, c, d].some((part) => Number(part) > 255)) return found
      const number = net(`${a}.${b}.${c}`)
      return `10.${Math.floor(number / 250)}.${number % 250}.${d}`
    })
  for (const one of [...names].sort((a, b) => b.length - a.length)) {
    const word = one.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const number = name(one)
    out = out.replace(new RegExp(`(?<![\\w-])${word}(?![\\w-])`, 'g'), `place${number}`)
  }
  return out
}

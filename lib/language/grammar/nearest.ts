/** Which of the known words a misspelt one is nearest to. */

/** How many letters must be changed, put in, left out or swapped to make one word of the other (Damerau-Levenshtein). */
function distance(one: string, other: string): number {
  let last: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        next[j] = Math.min(next[j] ?? 0, (last[j - 2] ?? 0) + 1)
    }
    last = row
    row = next
  }
  return row[other.length] ?? 0
}

const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '')

/** The known word that is nearest; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word)
  const ranked = known
    .map((one) => ({ one, far: distance(wanted, plain(one)) }))
    .sort((a, b) => a.far - b.far)
  const [best] = ranked
  if (best && best.far <= Math.max(1, Math.floor(wanted.length / 3))) return best.one
  return known.find((one) => wanted.length >= 2 && plain(one).startsWith(wanted))
}

/** The longest list that an error shows. */
const longest = 160

/** `did you mean b? It has a, b, c`: the nearest one first where there is one. */
export function listed(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  let shown = 0
  for (let length = 0; shown < known.length && length < longest; shown++)
    length += (known[shown] ?? '').length + 2
  const more = known.length > shown ? ` and ${known.length - shown} more` : ''
  return `${near === undefined ? '' : `did you mean ${near}? `}It has ${known.slice(0, shown).join(', ')}${more}`
}

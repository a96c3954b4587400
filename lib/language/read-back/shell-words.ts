/** Takes a line of shell apart: commands, words, and what is said around them (POSIX 2.3 and 2.10, as far as people type it). */
import { ref } from '../ref.ts'

/** One command of a line, and what the shell does with it. */
export interface Piece {
  words: string[]
  /** Redirections, a pipe, a loop … in a few words: what the words alone do not say. */
  around: string[]
}

/** What a shell makes of a line: its words, and the signs between them. */
type Token = { word: string } | { sign: string }

const signs = [
  '&&',
  '||',
  ';;',
  '&>',
  '>>',
  '2>&1',
  '2>',
  '>&',
  '>',
  '<<',
  '<',
  '|',
  ';',
  '&',
  '(',
  ')',
  '\n',
]

/** A variable, as a stand-in, and where it ends. */
function variable(text: string, at: number): { word: string; end: number } | undefined {
  const name = text.slice(at).match(/^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)|([0-9@*#?!]))/)
  return name ? { word: ref(name[1] ?? name[2] ?? `_${name[3]}`), end: at + name[0].length } : undefined
}

/** What stands in double quotes from there on; undefined when they are open, or hold a command. */
function quoted(text: string, from: number): { word: string; end: number } | undefined {
  let word = ''
  let at = from
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '`' || text.startsWith('$(', at)) return undefined
    const value = variable(text, at)
    if (value) {
      word += value.word
      at = value.end
      continue
    }
    if (text[at] === '\\' && /[\\"$`]/.test(text[at + 1] ?? '')) at++
    word += text[at++]
  }
  return text[at] === '"' ? { word, end: at + 1 } : undefined
}

/** The words and signs of a text; undefined when a quote is open, or a command stands in another one. */
function tokens(text: string): Token[] | undefined {
  const found: Token[] = []
  let word: string | undefined
  let at = 0
  const end = () => {
    if (word !== undefined) found.push({ word })
    word = undefined
  }
  while (at < text.length) {
    const rest = text.slice(at)
    const char = rest[0] as string
    if (char === '\\') {
      if (rest[1] !== '\n') word = (word ?? '') + (rest[1] ?? '')
      at += 2
    } else if (char === "'") {
      const close = text.indexOf("'", at + 1)
      if (close < 0) return undefined
      word = (word ?? '') + text.slice(at + 1, close)
      at = close + 1
    } else if (char === '"') {
      const inner = quoted(text, at + 1)
      if (!inner) return undefined
      word = (word ?? '') + inner.word
      at = inner.end
    } else if (char === '`' || rest.startsWith('$(')) return undefined
    else if (char === '$') {
      const value = variable(text, at)
      word = (word ?? '') + (value?.word ?? '$')
      at = value?.end ?? at + 1
    } else if (/[ \t]/.test(char)) {
      end()
      at++
    } else if (char === '#' && word === undefined) {
      const newline = text.indexOf('\n', at)
      at = newline < 0 ? text.length : newline
    } else {
      const digit = word !== undefined && /^\d$/.test(word) && /^>/.test(rest)
      const sign = signs.find((one) => rest.startsWith(one) && !(/^\d/.test(one) && word !== undefined))
      if (digit || sign === undefined) {
        if (digit) {
          found.push({ sign: `${word}${rest.startsWith('>&') ? rest.slice(0, 3) : '>'}` })
          word = undefined
          at += rest.startsWith('>&') ? 3 : 1
          continue
        }
        word = (word ?? '') + char
        at++
      } else {
        end()
        found.push({ sign })
        at += sign.length
      }
    }
  }
  end()
  return found
}

/** The commands of a line; undefined when it is more than words: a loop, a function, a command in a command. */
export function piecesOf(text: string): Piece[] | undefined {
  const all = tokens(text)
  if (!all) return undefined
  const pieces: Piece[] = []
  let now: Piece = { words: [], around: [] }
  const end = () => {
    if (now.words.length > 0) pieces.push(now)
    now = { words: [], around: [] }
  }
  for (let index = 0; index < all.length; index++) {
    const token = all[index] as Token
    if ('word' in token) {
      now.words.push(token.word)
      continue
    }
    const { sign } = token
    if (sign === ';' || sign === '\n' || sign === '&&') end()
    else if (sign === '||') {
      const next = all[index + 1]
      const harmless = next !== undefined && 'word' in next && (next.word === 'true' || next.word === ':')
      if (!harmless) return undefined
      now.around.push(`|| ${next.word}: a failure is no error`)
      index++
      end()
    } else if (/^\d?(>|>>|&>|>&)/.test(sign) || sign === '2>&1') {
      const next = all[index + 1]
      if (/&\d$/.test(sign) || sign === '2>&1') continue
      if (next === undefined || !('word' in next)) return undefined
      index++
      if (next.word !== '/dev/null' && !(sign.endsWith('>&') && /^\d$/.test(next.word)))
        now.around.push(`${sign} ${next.word}`)
    } else if (sign === '<') {
      const next = all[index + 1]
      if (next === undefined || !('word' in next)) return undefined
      index++
      now.around.push(`< ${next.word}`)
    } else if (sign === '|') {
      now.around.push('|')
      now.words.push('|')
    } else if (sign === '&') {
      now.around.push('&')
      end()
    } else return undefined
  }
  end()
  return pieces
}

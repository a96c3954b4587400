/** Writes docs/words.md: every word of the language with its shell line, and the clauses of each table. `npm run words`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const language = fileURLToPath(new URL('../lib/language/', import.meta.url))

/** One line of text, as a cell of a table. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|')

/** A cell of code; what holds a backtick stands between two of them. */
const code = (text: string): string => (text.includes('`') ? `\`\` ${cell(text)} \`\`` : `\`${cell(text)}\``)

/** The examples of a file, each with what it prints. */
const examples = (text: string): string[] =>
  [...text.matchAll(/\* Example: (.+)\n\s*\* Equivalent to: `(.+)`/g)].map(
    ([, example = '', line = '']) => `| ${code(line)} | ${code(example)} |`,
  )

/** The entries of a file's tables: the sentence above each, and its name. */
const clauses = (text: string): string[] =>
  [...text.matchAll(/\/\*\* ([^*]+?) \*\/\n {2}(?:'?([\w-]+)'?: (?!\()|(\w+)(?=,$))/gm)].map(
    ([, sentence = '', name, short]) => `| \`${name ?? short}\` | ${cell(sentence)} |`,
  )

/** The page. */
export function wordsPage(): string {
  const files = readdirSync(language, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(read-back|grammar)\//.test(file))
    .sort()
  const parts = files.flatMap((file) => {
    const text = readFileSync(join(language, file), 'utf8')
    const [, title = file] = text.match(/^\/\*\*[\s*]+([\s\S]+?)(?:\n \* |\s*\*\/)/) ?? []
    const [lines, entries] = [examples(text), clauses(text)]
    if (lines.length + entries.length === 0) return []
    return [
      `## ${cell(title)}`,
      ...(lines.length > 0 ? [`| in the shell | in TypeScript |\n|---|---|\n${lines.join('\n')}`] : []),
      ...(entries.length > 0
        ? [`| clause or option | what it says |\n|---|---|\n${entries.join('\n')}`]
        : []),
    ]
  })
  return `# The words\nWhat can be said, and the line of shell that it is. \`vethlab words 'LINE'\` reads a line back. This page is written by \`npm run words\`.\n\n${parts.join('\n\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('../docs/words.md', import.meta.url), wordsPage())

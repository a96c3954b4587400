/** The code blocks of the pages, each with the comment before it that tells how it is held true. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './machine.ts'

export interface Block {
  page: string
  line: number
  /** `ts`, `sh`, or nothing. */
  language: string
  text: string
  /** What the comment before it says; undefined when there is none. */
  mark: string | undefined
}

/** README and all pages of docs/, by path. */
export const pages = (): string[] => [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
]

/** A page that is written by a program says so on one line; its blocks are held with it. */
const generated = /<!-- generated: checked by (\S+) -->/

/** The blocks of one page, in its order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  if (generated.test(text)) return []
  return [...text.matchAll(/(?:<!-- (.*?) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)].map((found) => ({
    page,
    line: text.slice(0, found.index).split('\n').length,
    mark: found[1],
    language: found[2] ?? '',
    text: found[3] ?? '',
  }))
}

/** The verb that shows a page of the documentation: which there are, and the text of one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput } from '../errors.ts'
import { nearest } from '../language/grammar/nearest.ts'
import { home } from '../server/installed.ts'
import { sayLine as write } from './output.ts'

interface Page {
  /** Its file in docs/, without `.md`. */
  name: string
  title: string
}

const docs = join(home, 'docs')

/** All pages, in the order in which they are read. */
export function helpPages(): Page[] {
  const chapters = JSON.parse(readFileSync(join(docs, 'pages.json'), 'utf8')) as Array<{ pages: Page[] }>
  return chapters.flatMap(({ pages }) => pages)
}

/** A page as it is read on a terminal: without comments, pictures and the line at its foot. */
const plain = (text: string): string =>
  text
    .replace(/^<!--.*-->\n/gm, '')
    .replace(/^!\[.*\n/gm, '')
    .replace(/\n---\n\n(←|\[all pages\]).*\n?$/, '\n')
    .replace(/\[([^\]]+)\]\((?!https?:)[^)\s]+\)/g, '$1')

/** Shows the pages there are, or one of them. */
export function helpVerb(topic: string | undefined, json: boolean): number {
  const pages = helpPages()
  if (topic === undefined) {
    if (json) write(JSON.stringify({ pages }, null, 2))
    else for (const { name, title } of pages) write(`  ${name.padEnd(14)} ${title}`)
    if (!json) write('\nOne of them: vethlab help NAME. The verbs: vethlab --help')
    return 0
  }
  const page = pages.find(({ name }) => name === topic)
  if (!page) {
    const near = nearest(
      topic,
      pages.map(({ name }) => name),
    )
    throw new BadInput(`there is no page ${JSON.stringify(topic)}${near ? `: did you mean ${near}?` : ''}`, {
      where: undefined,
      hint: `Pages: ${pages.map(({ name }) => name).join(', ')}`,
    })
  }
  const text = readFileSync(join(docs, `${page.name}.md`), 'utf8')
  write(json ? JSON.stringify({ ...page, text }, null, 2) : plain(text).trimEnd())
  return 0
}

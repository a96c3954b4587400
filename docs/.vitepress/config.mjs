/** The site of the documentation: the same Markdown files, with a sidebar and a search. */
import { readFileSync } from 'node:fs'

const chapters = JSON.parse(readFileSync(new URL('../pages.json', import.meta.url), 'utf8'))

export default {
  title: 'vethlab',
  description: 'Container networking on Linux that you can read, run, break and explain',
  lang: 'en',
  base: process.env.DOCS_BASE ?? '/',
  outDir: './.vitepress/dist',
  srcExclude: ['api/README.md'],
  // What is outside of docs/: source files, which the checkout has.
  ignoreDeadLinks: [/^\.?\.?\/\.\.\//, /^\.\/\.\./, /scenarios\//, /README/, /CONTRIBUTING/],
  // Docker's templates are {{ }}, too, and none of Vue's. Other delimiters would be those of the site's own parts as well.
  markdown: {
    config({ renderer: { rules } }) {
      for (const kind of ['code_inline', 'text']) {
        const rule = rules[kind]
        rules[kind] = (...args) => rule(...args).replaceAll('{{', '<span v-pre>{{</span>')
      }
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'First lab', link: '/first-lab' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: [
      ...chapters.map(({ chapter, pages }) => ({
        text: chapter,
        items: pages.map(({ name, title }) => ({ text: title, link: `/${name}` })),
      })),
      { text: 'API', link: '/api/' },
    ],
  },
}

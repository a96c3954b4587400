/** Which page of the documentation tells of a verb: its `--help` names it. */

const pages: Readonly<Record<string, readonly string[]>> = {
  scenario: ['up', 'test', 'status', 'shell', 'exec', 'print', 'new', 'scenarios'],
  machine: ['down', 'clean'],
  why: ['why'],
  page: ['map', 'ui', 'try'],
  exercises: ['learn'],
  teachers: ['grade'],
  record: ['record'],
  words: ['words'],
  needs: ['setup', 'doctor', 'docs'],
  'in-your-tests': ['completion'],
}

/** The page of a verb, without `.md`. */
export const pageOfVerb = (verb: string): string | undefined =>
  Object.keys(pages).find((page) => pages[page]?.includes(verb))

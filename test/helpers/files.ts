/** The test files, found by themselves: which there are, and which of them make labs. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** All files of tests below a folder, in alphabetical order. */
export const testFiles = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.test.ts') && !/(^|\/)\./.test(file))
    .map((file) => join(folder, file))
    .sort()

const imports = (text: string): string => [...text.matchAll(/^import\b[^'"]*['"][^'"]+['"]/gm)].join('\n')

/** What a test says of itself in its first comment: `Makes labs:`, and why. */
const says = (file: string, what: string): boolean =>
  (/^\/\*\*[\s\S]*?\*\//.exec(readFileSync(file, 'utf8'))?.[0] ?? '').includes(`${what}:`)

/** Whether a test makes labs: it takes `withLab`, or what the tests of labs share, or says so. The others are about text alone. */
export const makesLabs = (file: string): boolean =>
  /\b(withLab|openLab)\b|\/helpers\/|crash\/|'\.\/(all|machine)\.ts'/.test(
    imports(readFileSync(file, 'utf8')),
  ) || says(file, 'Makes labs')

/** Whether a test compares the machine before and after: beside others it would see their labs. */
export const compares = (file: string): boolean =>
  /\bsnapshot\b|\bbelongings\b/.test(imports(readFileSync(file, 'utf8')))

/** Whether a test says in its first comment that nothing may run beside it. It is about the machine, not about rights. */
export const runsAlone = (file: string): boolean => says(file, 'Runs alone')

/** Whether a test is about the rights of who runs it: root runs it as an ordinary user, too, whatever else is left out. */
export const aboutRights = (file: string): boolean =>
  /^test\/(virtual|needs|run)\/|\/verbs\.test/.test(file) && !runsAlone(file)

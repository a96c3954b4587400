/** The verb that grades the results of a class: a table, a CSV file, or JSON. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import Table from 'cli-table3'
import colors from 'picocolors'
import { BadInput, explain } from '../errors.ts'
import { type Grade, graded, known } from '../learn/grade.ts'
import { resultFiles, resultIn } from '../learn/results.ts'
import type { Catalogue } from './catalogue.ts'
import { say } from './output.ts'
import { borderless } from './screen.ts'
import { up } from './verbs.ts'

export interface GradeOptions {
  json: boolean
  /** Believes the files. */
  quick: boolean
  /** A file for the table as CSV. */
  csv: string | undefined
}

/** One row; a file that holds no result has its error alone. */
type Row = Partial<Grade> & { file: string; error?: string }

const cell = (value: unknown): string => {
  const text = value === undefined ? '' : String(value)
  // What a spreadsheet would take for a formula is text.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const columns = [
  'student',
  'exercise',
  'seed',
  'grade',
  'reason',
  'minutes',
  'hints',
  'lines',
  'file',
] as const

const csvOf = (rows: readonly Row[]): string =>
  `${[columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name] ?? (name === 'reason' ? row.error : undefined))).join(','))].join('\n')}\n`

function tableOf(rows: readonly Row[]): string {
  const table = new Table({ ...borderless, colWidths: [14, 16, 12, 38], wordWrap: true })
  for (const { student, exercise, grade, solved, reason, error, file, minutes, hints } of rows) {
    const sign = solved ? colors.green('✓ solved') : colors.red(error ? '✗ no result' : `✗ ${grade}`)
    const took = solved
      ? `${minutes === undefined ? '' : `${minutes} min, `}${hints} hints${reason ? `, ${reason}` : ''}`
      : (reason ?? error)
    table.push([student ?? file, exercise ?? '', sign, took ?? ''])
  }
  return table.toString()
}

const distinct = (all: readonly string[]): string[] => [...new Set(all)]
const exerciseIn = ({ exercise }: Row): string => exercise ?? 'no result'
const gradeIn = ({ grade }: Row): string => grade ?? 'cannot be graded'

/** One line for each exercise: who has solved it, and where the others are. */
export function whereLines(rows: readonly Row[]): string {
  const of = (all: readonly Row[], how: string): string =>
    `${how} ${all.length} (${all.map(({ student, file }) => student ?? file).join(', ')})`
  return distinct(rows.map(exerciseIn))
    .map((exercise) => {
      const all = rows.filter((row) => exerciseIn(row) === exercise)
      const parts = distinct(all.map(gradeIn)).map((grade) =>
        of(
          all.filter((row) => gradeIn(row) === grade),
          grade,
        ),
      )
      return `${exercise}: ${parts.join('; ')}\n`
    })
    .join('')
}

/** Grades all results below a folder. Exit code 0 when each could be graded, else 2. */
export async function gradeVerb(
  folder: string,
  { names, load }: Catalogue['exercises'],
  { json, quick, csv }: GradeOptions,
): Promise<number> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new BadInput(`${folder} is no folder`, {
      where: undefined,
      hint: 'Say the folder with the results of the class.',
    })
  const files = resultFiles(folder)
  if (files.length === 0)
    throw new BadInput(`there is no result in ${folder}`, {
      where: undefined,
      hint: 'They are the .json files that learn writes.',
    })
  const build = async (
    { title, file }: { title: string; file: string },
    task: { build: never },
    lab: string,
  ) => {
    await up({ name: lab, title, file, body: task.build }, { name: lab, tell: () => {}, batch: true })
  }
  const rows: Row[] = []
  for (const [number, path] of files.entries()) {
    const file = relative(folder, path)
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${number + 1} of ${files.length}: ${file}`)
    try {
      const result = resultIn(readFileSync(path, 'utf8'), file)
      rows.push({
        file,
        ...(known(result, names(), quick) ?? (await graded(result, load, build as never, number))),
      })
    } catch (error) {
      rows.push({ file, error: explain(error).split('\n')[0] ?? '' })
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  if (csv !== undefined) writeFileSync(csv, csvOf(rows))
  const solved = rows.filter((row) => row.solved).length
  if (json) say(`${JSON.stringify({ quick, results: rows }, null, 2)}\n`)
  else
    say(
      `${tableOf(rows)}\n${whereLines(rows)}${solved} of ${rows.length} solved${quick ? '; the files were believed, nothing was built (--quick)' : ''}\n`,
    )
  return rows.some(({ error }) => error !== undefined) ? 2 : 0
}

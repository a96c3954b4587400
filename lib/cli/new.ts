/** The verb `new`: a copy of a scenario, or of an exercise, to be edited. */
import { basename, resolve } from 'node:path'
import { howTo } from '../lab/hints.ts'
import { toolLine } from '../lab/tool-lines.ts'
import type { Catalogue } from './catalogue.ts'
import { say } from './output.ts'

/** Copies one, and says what to type next. */
export function newVerb(
  { copy, exercises }: Catalogue,
  name: string,
  from: string | undefined,
  exercise: boolean,
): number {
  if (exercise) {
    const of = from ?? 'cable'
    const file = exercises.copy(of, name)
    say(
      `${file} is a copy of ${of}. Edit it, then: ${toolLine('learn', 'start', name)}\nIs it broken, found and solved? EXERCISES=${name} npx tsx --test test/learn/exercises.test.ts\n`,
    )
    return 0
  }
  const of = from ?? 'namespaces'
  const file = copy(of, name)
  say(`${file} is a copy of ${of}. Edit it, then: ${howTo('up', basename(file, '.ts'), resolve(file))}\n`)
  return 0
}

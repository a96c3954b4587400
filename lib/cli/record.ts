/** The verbs that take somebody's shell script: `record` writes it as a scenario, `up` runs it and leaves its lab up. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import colors from 'picocolors'
import { BadInput } from '../errors.ts'
import { howTo } from '../lab/hints.ts'
import { remember } from '../prove/proof.ts'
import { snapshot } from '../prove/snapshot.ts'
import { type Line, recordedLines } from '../record/lines.ts'
import { isOtherLab, readOtherLab } from '../record/read-lab.ts'
import { scenarioText, typedShare } from '../record/scenario.ts'
import { labOf, runScript, type ScriptRun, scriptText } from '../record/script.ts'
import { findLab } from '../server/labs.ts'
import { labFolder } from '../server/state.ts'
import { say } from './output.ts'
import type { Options } from './verb.ts'

/** Whether a word that stands for a scenario is somebody's script. */
export const isScript = (word: string): boolean => /\.(sh|bash)$/.test(word)

/** Runs a script on a fresh server, and leaves the lab up when it ends with 0. Returns the script's exit code. */
export async function upScript(
  file: string,
  name: string | undefined,
  { json, on }: Pick<Options, 'json' | 'on'>,
): Promise<number> {
  scriptText(file)
  if (on === 'host')
    throw new BadInput("somebody's script is never run on this machine itself", {
      where: undefined,
      hint: 'Leave --on host out: it runs on a virtual server.',
    })
  const lab = name ?? labOf(file)
  if (findLab(lab))
    throw new BadInput(`${lab} is up already`, {
      where: undefined,
      hint: `Remove it: ${howTo('down', lab, file)}`,
    })
  const seen = snapshot() // of the machine, for `down --prove`
  const { code } = await runScript(file, { name: lab, recorded: false, stay: true })
  if (code === 0) await remember(labFolder(lab), seen)
  if (json) say(`${JSON.stringify({ lab, ok: code === 0, code }, null, 2)}\n`)
  else if (code === 0)
    process.stderr.write(
      `${lab} is up.\n  look around:  vethlab shell ${lab}\n  remove it:    vethlab down ${lab}\n`,
    )
  if (code !== 0)
    process.stderr.write(`${colors.red('error')}: ${file} ended with ${code}; nothing of it is left\n`)
  return code
}

/** What comes by a pipe, as a file: it is a script as any other. */
function piped(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vethlab-piped-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'typed.sh')
  writeFileSync(file, readFileSync(0))
  return file
}

/** What is said of a recording when it has ended. */
function report(
  lines: readonly Line[],
  { code, ms, cut }: Pick<ScriptRun, 'code' | 'ms' | 'cut'>,
  what: string,
  output: string | undefined,
): void {
  const share = `${Math.round(typedShare(lines) * 100)} % of ${lines.length} lines typed`
  const time = ms === undefined ? '' : `, ${(ms / 1000).toFixed(2)} s`
  process.stderr.write(
    `${output === undefined ? 'recorded' : `${relative('.', output)} is written`}: ${share}${time}\n`,
  )
  for (const { text } of lines.filter(({ kind }) => kind === 'remark'))
    process.stderr.write(`left out: ${text.replace(/\p{Cc}+/gu, ' ')}\n`)
  if (cut)
    process.stderr.write(`${colors.red('error')}: ${what} was cut off; what it did up to there is recorded\n`)
  else if (code !== 0)
    process.stderr.write(
      `${colors.red('error')}: ${what} ended with ${code}; what it did up to there is recorded\n`,
    )
}

/** Gives the scenario to standard output, or to a file. */
function give(text: string, output: string | undefined): void {
  if (output === undefined) say(text)
  else writeFileSync(output, text, { flag: 'wx' })
}

/** Reads a lab of another system, and writes it as a scenario. Nothing of it runs. */
function otherLab(given: string, output: string | undefined): number {
  const { script, lines, namespaces, leftOut, name } = readOtherLab(given)
  const its = output === undefined ? labOf(name) : basename(output, '.ts')
  give(scenarioText({ name: its, from: name, script, lines, namespaces, files: [] }), output)
  report(lines, { code: 0 }, given, output)
  for (const text of leftOut) process.stderr.write(`not read: ${text.replace(/\p{Cc}+/gu, ' ')}\n`)
  return 0
}

/**
 * Records a script, or what is typed where none is said; the scenario goes to stdout, or to a file. Returns the script's exit
 * code, that of a shell always 0; 130, 143 or 129 when a signal cut it off.
 */
export async function recordVerb(given: string | undefined, output: string | undefined): Promise<number> {
  if (output !== undefined && existsSync(output))
    throw new BadInput(`${output} is there already`, {
      where: undefined,
      hint: 'Choose another file, or remove it.',
    })
  if (given !== undefined && isOtherLab(given)) return otherLab(given, output)
  const file = given ?? (process.stdin.isTTY ? undefined : piped())
  const what = given ?? (file === undefined ? 'the shell' : 'what came by standard input')
  const script = file === undefined ? undefined : scriptText(file)
  const named = file === undefined ? 'typed' : labOf(file)
  const lab = `record-${named.slice(0, 20)}-${randomBytes(2).toString('hex')}`
  const run = await runScript(file, { name: lab, recorded: true, stay: false })
  const { noted, typed = '' } = run
  const lines = recordedLines(noted)
  const text = scenarioText({
    name: output === undefined ? named : basename(output, '.ts'),
    from: given === undefined ? 'a shell' : basename(given),
    script: script ?? typed,
    lines,
    namespaces: noted.namespaces,
    files: noted.files,
  })
  give(text, output)
  const code = file === undefined && !run.cut ? 0 : run.code
  report(lines, { ...run, code }, what, output)
  return code
}

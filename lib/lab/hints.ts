/** What to type next: lines that work from the folder that one is in, and run nothing from a folder of others. */
import { existsSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { quote } from '../language/shell.ts'
import { home, installed } from '../server/installed.ts'

const checkout = home
/** The file of the tool for all scenarios. */
export const tool = join(checkout, installed ? 'scripts/bin.mjs' : 'scripts/vethlab.ts')

/** Whether `make` is in reach here. */
export const makeIsHere = (): boolean =>
  !installed && `${process.cwd()}/` === checkout && existsSync(join(checkout, 'Makefile'))

const ofCheckout = (name: string): string => join(checkout, `scenarios/${name}.ts`)
/** The name of the scenario in a file. */
export const nameOf = (file: string): string => basename(file).replace(/\.[cm]?[jt]s$/, '')

/** The scenario's file that was started, or that has the name. */
function fileFor(lab: string): string | undefined {
  const [, started] = process.argv
  if (started !== undefined && started !== tool && /\.[cm]?[jt]s$/.test(started)) return started
  return existsSync(ofCheckout(lab)) ? ofCheckout(lab) : undefined
}

/** How a scenario's file is started: `node scripts/start.mjs scenarios/net1.ts`. */
export const startLine = (file: string): string =>
  installed
    ? `npx vethlab ${ofTool(file)}`.trimEnd()
    : ['node', join(checkout, 'scripts/start.mjs'), file]
        .map((word, i) => quote(i === 0 ? word : relative(process.cwd(), word)))
        .join(' ')

/** How the installed tool is told of a file: its own scenarios by their names, others as files, itself not at all. */
function ofTool(file: string): string {
  if (file === tool) return ''
  if (file.startsWith(join(checkout, 'scenarios/'))) return nameOf(file)
  const path = relative(process.cwd(), file)
  return quote(path.includes('/') ? path : `./${path}`)
}

type Verb = 'up' | 'shell' | 'down' | 'status'

/** The command line of a verb on a lab: `make shell-net1`, or, elsewhere, of the file. */
export function howTo(verb: Verb, lab: string, file = fileFor(lab)): string {
  if (installed) return installedHint(verb, lab, file)
  const targets = { shell: `shell-${lab}`, down: `clean-${lab}`, status: 'status' }
  if (makeIsHere() && verb !== 'up') return `make ${targets[verb]}`
  if (file === undefined) return verb === 'up' ? 'make scenario-NAME' : `${startLine(tool)} ${verb} ${lab}`
  const name = nameOf(file)
  const named = name === lab ? '' : ` --name ${lab}`
  if (makeIsHere() && file === ofCheckout(name))
    return `make scenario-${name}${named && ` ARGS='${named.trim()}'`}`
  return `${startLine(file)} ${verb}${named}`
}

/** The same where there is no make: a lab is known by its name, whichever file it was made of. */
function installedHint(verb: Verb, lab: string, file: string | undefined): string {
  if (verb === 'status') return 'npx vethlab status'
  if (verb !== 'up') return `npx vethlab ${verb} ${lab}`
  if (file === undefined) return 'npx vethlab up NAME'
  return `npx vethlab up ${ofTool(file)}${nameOf(file) === lab ? '' : ` --name ${lab}`}`
}

/** What can be done with a lab that is up now. */
export const enterHint = (lab: string, file: string): string =>
  `${lab} is up.\n  look around:  ${howTo('shell', lab, file)}\n  remove it:    ${howTo('down', lab, file)}`

/** `learn start --open`: a page and a shell of the lab; what is typed is looked at while it is typed. */
import { spawn } from 'node:child_process'
import type { Judged } from '../learn/judge.ts'
import type * as at from '../learn/session.ts'
import { verbWords } from '../server/installed.ts'
import { sleep } from '../server/process.ts'
import { shell } from './inspect.ts'
import { watched } from './learn-watch.ts'
import { say } from './output.ts'

/** So long the address of the page is waited for, in milliseconds. */
const patience = 5000

/** Serves the page of a lab in a process of its own, and tells its address. Returns what ends it. */
async function page(lab: string): Promise<() => void> {
  const [program = '', ...words] = verbWords(['ui', lab])
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] })
  const told = new Promise<void>((done) => {
    child.once('error', done) // the shell opens without a page
    child.once('close', () => done())
    child.stdout.once('data', (text: Buffer) => {
      say(`  ${text.toString().split('\n')[0]}\n\n`)
      done()
    })
  })
  await Promise.race([told, sleep(patience)])
  return () => void child.kill('SIGTERM')
}

/** Opens both, and tells each look that says something new. Ends with the shell; returns the last look. */
export async function opened(session: at.Session, tell: (judged: Judged) => void): Promise<void> {
  const end = await page(session.now.lab)
  let left = false
  let first = true
  const looks = watched(
    session,
    (judged) => {
      if (!first) tell(judged)
      first = false
    },
    () => left,
  ).catch(() => undefined) // the lab was taken down: the shell ends by itself
  try {
    await shell(session.now.lab, undefined)
  } finally {
    left = true
    end()
    await looks
  }
}

/** What a program prints. */
import { spawn } from 'node:child_process'
import { finished } from '../server/process.ts'

/** The output of a verb that the page starts; with its complaint, when it prints nothing. */
export async function printed([file = '', ...words]: readonly string[]): Promise<string> {
  const { stdout, stderr } = await finished(
    spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } }),
  )
  return stdout || JSON.stringify({ ok: false, error: stderr.trim() })
}

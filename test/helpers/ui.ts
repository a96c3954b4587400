/** A page that is served for a test, and a browser that looks at it. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { firstLines } from '../../lib/server/process.ts'
import { root } from './machine.ts'

/** Serves the page; `end` ends it as Ctrl-C does, and tells its exit code. */
export async function served(env: Record<string, string> = {}) {
  const words = [join(root, 'scripts/start.mjs'), join(root, 'scripts/vethlab.ts'), 'ui', '--json']
  const child = spawn('node', words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    cwd: root,
  })
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)))
  const [line = '{}'] = await firstLines(child, 1)
  const { url } = JSON.parse(line) as { url: string }
  const { origin, searchParams } = new URL(url)
  const authorization = `Bearer ${searchParams.get('token')}`
  return {
    url,
    origin,
    pid: child.pid as number,
    ask: (path: string, more: RequestInit = {}) =>
      fetch(origin + path, { ...more, headers: { authorization, ...more.headers } }),
    async end(): Promise<number | null> {
      child.kill('SIGINT')
      return ended
    },
  }
}

/** Where a browser is that can be driven; undefined when none is installed. */
export const chromium: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)

/** For a test that looks by a browser: where there is none it is skipped, and the run lists it with the reason. */
export const needsBrowser = {
  skip: chromium ? false : 'no Chromium is installed (Debian: apt install chromium)',
} as const

const launch = () => ({
  executablePath: chromium as string,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})

/** Opens the page in a real browser, without a window. */
export async function browser() {
  const { chromium: playwright } = await import('playwright-core')
  return playwright.launch(launch())
}

/** A browser that can be killed as by kill -9. */
export async function browserProcess() {
  const { chromium: playwright } = await import('playwright-core')
  const started = await playwright.launchServer(launch())
  return { window: await playwright.connect(started.wsEndpoint()), kill: () => started.kill() }
}

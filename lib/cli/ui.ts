/** The verb `ui`: serves the page until it is ended. */
import colors from 'picocolors'
import { doneSteps, takeBack } from '../run/taken-back.ts'
import { verbWords } from '../server/installed.ts'
import { allLabs } from '../server/labs.ts'
import { labName } from '../server/state.ts'
import { standing } from './inspect.ts'
import { say } from './output.ts'

export interface UiOptions {
  json: boolean
  port?: number | undefined
}

/**
 * Lets V8 rather collect than grow: a page may be open all day, and what is loaded to draw a map once would keep 15 MB more.
 * Before that is loaded. Runtimes without V8 have no such flag.
 */
async function keepSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  try {
    setFlagsFromString('--optimize-for-size')
  } catch {}
}

/** Serves the page of all labs; `name` is the one that is shown first. Ends with Ctrl-C, or with its caller. */
export async function uiVerb(name: string | undefined, { json, port }: UiOptions): Promise<number> {
  if (name !== undefined) standing(labName(name))
  await keepSmall()
  const { servePage } = await import('../page/serve.ts')
  const page = await servePage({
    ...{ verb: verbWords, steps: doneSteps, undo: takeBack, port },
    tries: await import('../learn/tried.ts').then(({ tries, tryOut, takenBack }) => ({
      ...{ list: tries, out: tryOut, back: takenBack },
    })),
  })
  const url = name === undefined ? page.url : `${page.url}&lab=${encodeURIComponent(name)}`
  if (json) say(`${JSON.stringify({ url })}\n`)
  else {
    const up = allLabs().map((lab) => lab.name)
    say(`${colors.bold('Open')}  ${url}\n`)
    say(
      `${up.length > 0 ? `It shows ${up.join(', ')}.` : 'No lab is up yet: it shows each as it comes.'} Ctrl-C ends it.\n`,
    )
  }
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done())
  })
  await page.close()
  return 0
}

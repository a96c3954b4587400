/** How this tool is there, in a checkout as TypeScript or installed by npm as JavaScript, and how it is started so. */
import { fileURLToPath } from 'node:url'

/** Whether it was installed by npm: then there is no make, and `npx vethlab` starts it. */
export const installed = !import.meta.url.endsWith('.ts')

/** The folder that holds lib, scripts and scenarios. */
export const home = fileURLToPath(new URL('../..', import.meta.url))

const script = (name: string): string => `${home}scripts/${name}`

/** The words that start a verb of this tool: of a scenario's own file, or of a lab by its name. */
export function verbWords(words: readonly string[]): string[] {
  if (installed) return [process.execPath, script('bin.mjs'), ...words]
  const file = words[0]?.includes('/') ? [] : [script('vethlab.ts')]
  return [process.execPath, script('start.mjs'), ...file, ...words]
}

/** What a person types to have something done: `make setup`, or `npx vethlab setup`. */
export const typed = (
  target: 'setup' | 'doctor' | 'status' | 'new' | 'scenario-net1' | 'engines' | 'clean --cache',
): string => {
  if (!installed || target === 'engines') return `make ${target.replace(' --', ' ARGS=--')}`
  return `npx vethlab ${target === 'scenario-net1' ? 'up net1' : target}`
}

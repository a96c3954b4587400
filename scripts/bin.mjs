#!/usr/bin/env node
/**
 * The program `vethlab`: in a checkout it starts the sources, by start.mjs, and in the package what was built of them.
 *
 *   npx vethlab up ./my.ts
 */
import { existsSync, readFileSync } from 'node:fs'
import { register } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { started } from './words.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = existsSync(join(root, 'scripts/vethlab.js'))
const words = process.argv.slice(2)

function end(message, hint) {
  process.stderr.write(`error: ${message}\n${hint}\n`)
  process.exit(2)
}

/** Lets Node.js load TypeScript, where it does not by itself. */
function readTypeScript() {
  // A folder without a package.json is told of by Node.js itself; a scenario needs none.
  const { emitWarning } = process
  process.emitWarning = (warning, ...more) =>
    more.flat().some((one) => (one?.code ?? one) === 'MODULE_TYPELESS_PACKAGE_JSON') ||
    emitWarning.call(process, warning, ...more)
  if (process.features.typescript) return
  process.setSourceMapsEnabled(true)
  register('./typescript.mjs', import.meta.url)
}

/** Starts a scenario's file, which runs by itself when it is the one that was started. */
async function start(file, rest) {
  const shown = relative(process.cwd(), file)
  if (!existsSync(file)) end(`${shown}: no such file`, 'npx vethlab new FILE makes one.')
  process.argv.splice(1, Infinity, file, ...rest)
  if (/\.[cm]?ts$/.test(file)) readTypeScript()
  try {
    const { default: scenario } = await import(pathToFileURL(file).href)
    if (!scenario?.body)
      end(
        `${shown} holds no scenario`,
        "It must say: export default scenario(import.meta, 'title', async (lab) => { … })",
      )
  } catch (error) {
    if (error?.code === 'ERR_MODULE_NOT_FOUND' && /'vethlab'/.test(error.message))
      end(
        `${shown} imports 'vethlab', which is not installed where it is`,
        'In its folder: npm install vethlab',
      )
    throw error
  }
}

const [first] = words
if (first === '--version' || first === '-v') {
  const own = [join(root, 'package.json'), join(root, '../package.json')].find(existsSync)
  process.stdout.write(`${JSON.parse(readFileSync(own, 'utf8')).version}\n`)
} else if (!built) {
  process.argv.splice(
    1,
    Infinity,
    join(root, 'scripts/start.mjs'),
    join(root, 'scripts/vethlab.ts'),
    ...words,
  )
  await import('./start.mjs')
} else {
  const tool = join(root, 'scripts/vethlab.js')
  const [file, rest] = started(root, tool, words, '.js')
  if (file === tool) await import(pathToFileURL(tool).href)
  else await start(file, rest)
}

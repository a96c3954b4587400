/**
 * Starts a TypeScript file, as tsx does, in a fraction of the time: the file and all that it imports are bundled
 * once into one file in node_modules/.cache, and again when one of them has changed.
 *
 *   node scripts/start.mjs scenarios/net1.ts up
 *
 * What make is given in ARGS is appended: words as a shell reads them, of which none is run. No cache of others is used.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import * as module from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { givenWords, started } from './words.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [entry, words] = started(root, resolve(process.argv[2] ?? ''), givenWords())
// Of each file its own folder. No digest of its name: to load what makes one takes longer than all of this.
const folder = join(root, 'node_modules/.cache/vethlab/bundles', entry)

/** What the newest bundle was made of, and its file; undefined when there is none. */
function newest() {
  try {
    return JSON.parse(readFileSync(join(folder, 'inputs.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** The bundle's file, if it is newer than all that it was made of. */
function fresh() {
  const { node, inputs, main } = newest() ?? {}
  try {
    const same = Object.entries(inputs ?? {}).every(([file, time]) => statSync(file).mtimeMs === time)
    return main && node === process.version && same ? main : undefined
  } catch {
    return undefined
  }
}

/** Writes a file at once or not at all: many may be started side by side. */
function write(file, contents) {
  writeFileSync(`${file}.${process.pid}`, contents)
  renameSync(`${file}.${process.pid}`, file)
}

/** Inside a bundle each file still knows its own address: esbuild puts `ownMeta` in the place of import.meta, not in strings. */
const ownAddress = {
  name: 'own address',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta')) return undefined
      const meta = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) }
      // On the first line, so that all others keep their numbers.
      const contents = `const ownMeta = ${JSON.stringify(meta)}; ${text.replace(/^#!.*/, '')}`
      return { contents, loader: /ts$/.test(path) ? 'ts' : 'js' }
    })
  },
}

/** dockerode's ways to BuildKit and over SSH, which nobody goes here, take half of its time to load. */
const onlyWhenCalled = {
  name: 'only when called',
  setup(build) {
    build.onLoad({ filter: /dockerode\/lib\/session\.js$|docker-modem\/lib\/ssh\.js$/ }, ({ path }) => ({
      contents: `module.exports = (...args) => require(String(${JSON.stringify(path)}))(...args)`,
    }))
  },
}

async function bundle() {
  const { build } = await import('esbuild')
  const { metafile, outputFiles } = await build({
    entryPoints: { main: entry },
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    write: false,
    absWorkingDir: root,
    bundle: true,
    splitting: true, // what a run does not need is not loaded
    // What is large, or reads files of its own, and is loaded only when it is needed.
    external: [
      ...['yargs', 'cli-table3', 'yocto-spinner', 'protobufjs', 'esbuild', 'tsx', 'zx'],
      ...['elkjs', 'hono', '@hono/node-server', 'ws', '@lydell/node-pty'],
    ],
    banner: {
      js: "import { createRequire as requirer } from 'node:module'; const require = requirer(import.meta.url)",
    },
    alias: { vethlab: join(root, 'lib/index.ts') }, // also for a file outside of the checkout
    define: { 'import.meta': 'ownMeta' },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false, // the sources are there
    metafile: true,
    logLevel: 'error',
    plugins: [ownAddress, onlyWhenCalled],
  })
  const files = [...Object.keys(metafile.inputs), 'scripts/start.mjs'].map((file) => resolve(root, file))
  const inputs = Object.fromEntries(files.map((file) => [file, statSync(file).mtimeMs]))
  for (const { path, contents } of outputFiles) write(path, contents)
  const made = outputFiles.map(({ path }) => basename(path))
  const main = made.find((file) => /^main-.*mjs$/.test(file))
  // Another process may just be loading the one before this, or writing this one, too.
  const kept = [...made, ...(newest()?.made ?? []), 'inputs.json']
  write(join(folder, 'inputs.json'), JSON.stringify({ node: process.version, inputs, main, made }))
  for (const file of readdirSync(folder))
    if (!kept.some((name) => file.startsWith(name)))
      rmSync(join(folder, file), { recursive: true, force: true })
  return main
}

try {
  statSync(entry)
} catch {
  process.stderr.write(`error: ${relative(process.cwd(), entry)}: no such file\n`)
  process.exit(2)
}

/** The file of the bundle, which is made if it is not there; undefined where this user may not write it. */
async function ready() {
  const found = fresh()
  if (found) return found
  try {
    mkdirSync(folder, { recursive: true })
    return await bundle()
  } catch (error) {
    if (!error.errors && error.code) return undefined // the folder cannot be written
    if (error.errors?.some(({ text }) => /permission denied|read-only/i.test(text))) return undefined
    if (!error.errors) throw error
    process.exit(2) // a slip in the script: esbuild has shown where
  }
}

/** A file among the scenarios that holds none would end without a word. */
function check(module) {
  if (!entry.startsWith(join(root, 'scenarios/')) || module.default) return
  process.stderr.write(
    `error: ${relative(process.cwd(), entry)} holds no scenario\nIt must say: export default scenario(import.meta, 'title', async (lab) => { … })\n`,
  )
  process.exit(2)
}

// A promise outside of a scenario's function that is never resolved ends Node.js with this code.
process.on('exit', (code) => {
  if (code !== 13) return
  process.stderr.write(`error: ${relative(process.cwd(), entry)} waits for something that never comes\n`)
  process.exitCode = 2
})
process.argv.splice(1, Infinity, entry, ...words)
// Node.js since 22.8 keeps what it has compiled, too.
module.enableCompileCache?.(join(root, 'node_modules/.cache/vethlab/compiled'))
const main = await ready()
if (main) {
  process.setSourceMapsEnabled(true)
  check(await import(pathToFileURL(join(folder, main)).href))
} else {
  // Its cache is in the temp folder, where another user may have made it.
  process.env.TSX_DISABLE_CACHE = '1'
  const { register } = await import('tsx/esm/api')
  register()
  check(await import(pathToFileURL(entry).href))
}

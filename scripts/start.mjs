/**
 * Starts a TypeScript file, as tsx does, in a fraction of the time: the file and all that it imports are bundled
 * once into one file in node_modules/.cache, and again when one of them has changed.
 *
 *   node scripts/start.mjs scenarios/net1.ts up
 *
 * `npx tsx scenarios/net1.ts up` does the same without the cache.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const entry = resolve(process.argv[2] ?? '')
const name = `${basename(entry, '.ts')}-${createHash('sha1').update(entry).digest('hex').slice(0, 12)}`
const folder = join(root, 'node_modules/.cache/vethlab', name)

/** Whether the bundle is newer than all that it was made of. */
function fresh() {
  try {
    const { node, inputs } = JSON.parse(readFileSync(join(folder, 'inputs.json'), 'utf8'))
    return (
      node === process.version &&
      Object.entries(inputs).every(([file, time]) => statSync(file).mtimeMs === time)
    )
  } catch {
    return false
  }
}

/** Inside a bundle each file still knows its own address. */
const ownAddress = {
  name: 'own address',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /\bimport\.meta\b/g,
        `({ url: ${JSON.stringify(pathToFileURL(path).href)} })`,
      ),
      loader: 'ts',
    }))
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
  const draft = `${folder}.${process.pid}`
  const { metafile } = await build({
    entryPoints: { main: entry },
    outdir: draft,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    // What is large, or reads files of its own, and is loaded only when it is needed.
    external: ['yargs', 'cli-table3', 'yocto-spinner', 'protobufjs', 'esbuild', 'tsx', 'zx'],
    banner: {
      js: "import { createRequire as requirer } from 'node:module'; const require = requirer(import.meta.url)",
    },
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
  writeFileSync(join(draft, 'inputs.json'), JSON.stringify({ node: process.version, inputs }))
  rmSync(folder, { recursive: true, force: true })
  try {
    renameSync(draft, folder)
  } catch {
    rmSync(draft, { recursive: true, force: true }) // another process was first
  }
}

try {
  statSync(entry)
} catch {
  process.stderr.write(`error: ${relative(process.cwd(), entry)}: no such file\n`)
  process.exit(2)
}

/** Makes the bundle if it is not there; false where this user may not write it. */
async function ready() {
  if (fresh()) return true
  try {
    mkdirSync(join(folder, '..'), { recursive: true })
  } catch {
    return false
  }
  return bundle().then(
    () => true,
    (error) => {
      if (
        error.errors?.some(({ text }) => /permission denied|read-only/i.test(text)) ||
        error.code === 'EACCES'
      )
        return false
      if (!error.errors) throw error
      process.exit(2) // a slip in the script: esbuild has shown where
    },
  )
}

/** A file among the scenarios that holds none would end without a word. */
function check(module) {
  if (!entry.startsWith(join(root, 'scenarios/')) || module.default) return
  process.stderr.write(
    `error: ${relative(process.cwd(), entry)} holds no scenario\nIt must say: export default scenario(import.meta, 'title', async (lab) => { … })\n`,
  )
  process.exit(2)
}

process.argv.splice(1, 2, entry)
if (await ready()) {
  process.setSourceMapsEnabled(true)
  check(await import(pathToFileURL(join(folder, 'main.mjs')).href))
} else {
  const { register } = await import('tsx/esm/api')
  register()
  check(await import(pathToFileURL(entry).href))
}

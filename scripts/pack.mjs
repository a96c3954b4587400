/**
 * Lets package.json name the built files while npm makes a package of them, and the sources again when npm has ended,
 * however it did. npm calls it: `prepack` exchanges the fields for those under "packed", `postpack` puts them back.
 *
 *   node scripts/pack.mjs exchange | restore | watch PID
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const [what, pid] = process.argv.slice(2)
const own = 'package.json'
const kept = '.package.json.of-the-checkout'

/** The process that runs this one for npm: npm itself, not the shell between them. */
function npm() {
  const stat = (of) => {
    const text = readFileSync(`/proc/${of}/stat`, 'utf8')
    const [, name = ''] = text.match(/\((.*)\)/s) ?? []
    return { name, parent: text.slice(text.lastIndexOf(')') + 2).split(' ')[1] }
  }
  const { name, parent } = stat(process.ppid)
  return /^(sh|dash|bash|busybox)$/.test(name) ? parent : String(process.ppid)
}

/** At once or not at all. */
function write(text) {
  writeFileSync(`${own}.new`, text)
  renameSync(`${own}.new`, own)
}

function restore() {
  if (existsSync(kept)) renameSync(kept, own)
}

if (what === 'restore') restore()
else if (what === 'watch') {
  while (existsSync(`/proc/${pid}`)) await new Promise((done) => setTimeout(done, 200))
  restore()
} else {
  restore() // one that was cut off together with its watcher
  const built = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: ['ignore', 2, 2] })
  if (built.status !== 0) process.exit(1)
  const text = readFileSync(own, 'utf8')
  const { packed, scripts: _, devDependencies: __, ...rest } = JSON.parse(text)
  writeFileSync(kept, text)
  spawn(process.execPath, [self, 'watch', npm()], { detached: true, stdio: 'ignore' }).unref()
  write(`${JSON.stringify({ ...rest, ...packed }, null, 2)}\n`)
}

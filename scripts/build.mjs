/**
 * Builds what the package on npm holds: JavaScript and declarations in dist/, where lib, scripts, scenarios and exercises keep their
 * places, with the files beside them that they read. In a checkout nobody needs it.
 *
 *   npm run build
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
rmSync('dist', { recursive: true, force: true })

for (const project of ['tsconfig.build.json', 'lib/page/client/tsconfig.build.json']) {
  const { status } = spawnSync('node_modules/.bin/tsc', ['-p', project], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** What is taken as it is: shell scripts, tables, styles, the scenarios' own text, of which `new` makes copies, and the program. */
const asItIs =
  /\.(sh|txt|css|yml)$|^lib\/program\/gate\.mjs$|^scenarios\/.*\.ts$|^scripts\/(bin|words|typescript)\.mjs$/
/** Shell scripts that are for a checkout alone. */
const forCheckout = /^scripts\/(bench\/|modules|test|engines)/

cpSync('matchers', 'dist/matchers', { recursive: true })
for (const top of ['lib', 'scripts', 'scenarios', 'exercises'])
  for (const name of readdirSync(top, { recursive: true })) {
    const file = join(top, name)
    if (asItIs.test(file) && !forCheckout.test(file)) cpSync(file, join('dist', file))
  }
for (const name of readdirSync('docs'))
  if (/\.(md|json)$/.test(name) && !/^(package|typedoc)/.test(name))
    cpSync(join('docs', name), join('dist/docs', name))
chmodSync('dist/scripts/bin.mjs', 0o755)

/** The files of the page itself: its own, and those of the libraries that it uses, as they were installed. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Asset {
  type: string
  body: string
}

const require = createRequire(import.meta.url)
const client = fileURLToPath(new URL('client', import.meta.url))

/** A file of a package, in the folder where it was installed. */
function inPackage(name: string, file: string): string {
  const entry = require.resolve(name)
  const folder = `/node_modules/${name}/`
  return join(entry.slice(0, entry.lastIndexOf(folder)), folder, file)
}

const libraries: ReadonlyArray<readonly [string, () => string]> = [
  ['preact.js', () => inPackage('preact', 'dist/preact.mjs')],
  ['preact-hooks.js', () => inPackage('preact', 'hooks/dist/hooks.mjs')],
  ['htm.js', () => inPackage('htm', 'dist/htm.mjs')],
  ['xterm.js', () => inPackage('@xterm/xterm', 'lib/xterm.mjs')],
  ['xterm-fit.js', () => inPackage('@xterm/addon-fit', 'lib/addon-fit.mjs')],
  ['xterm.css', () => inPackage('@xterm/xterm', 'css/xterm.css')],
]

/** The names by which the page's own modules import the libraries. */
export const importMap = JSON.stringify({
  imports: {
    preact: '/assets/preact.js',
    'preact/hooks': '/assets/preact-hooks.js',
    htm: '/assets/htm.js',
    '@xterm/xterm': '/assets/xterm.js',
    '@xterm/addon-fit': '/assets/xterm-fit.js',
  },
})

const typeOf = (name: string): string => (name.endsWith('.css') ? 'text/css' : 'text/javascript')

/** A module of the page as JavaScript. In a checkout it is TypeScript still: types are taken out by the bundler that is there. */
async function moduleText(name: string): Promise<string | undefined> {
  const built = join(client, name)
  if (existsSync(built)) return readFileSync(built, 'utf8')
  const source = built.replace(/\.js$/, '.ts')
  if (!existsSync(source)) return undefined
  const { transform } = await import('esbuild')
  const { code } = await transform(readFileSync(source, 'utf8'), { loader: 'ts', target: 'es2022' })
  return code.replace(/(from\s*")(\.\/[^"]+)\.ts"/g, '$1$2.js"')
}

const known = new Map<string, Promise<Asset | undefined>>()

async function load(name: string): Promise<Asset | undefined> {
  const library = libraries.find(([file]) => file === name)
  if (library)
    return {
      type: typeOf(name),
      body: readFileSync(library[1](), 'utf8').replace(/\n?\/\/# sourceMappingURL=.*$/m, ''),
    }
  if (name === 'style.css') return { type: 'text/css', body: readFileSync(join(client, name), 'utf8') }
  if (!/^[a-z-]+\.js$/.test(name)) return undefined
  const body = await moduleText(name)
  return body === undefined ? undefined : { type: typeOf(name), body }
}

/** A file of the page, by its name; undefined when there is none. */
export function asset(name: string): Promise<Asset | undefined> {
  const found = known.get(name) ?? load(name)
  known.set(name, found)
  return found
}

/** Makes the page's own modules ready before anybody asks for them. */
export async function makeReady(name = 'main.js'): Promise<void> {
  const { body = '' } = (await asset(name)) ?? {}
  for (const [, next = ''] of body.matchAll(/from\s*"\.\/([^"]+)"/g))
    if (!known.has(next)) await makeReady(next)
}

/** The page, which says nothing of any lab. `nonce` is what its one script in the text may have. */
export const indexPage = (nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>vethlab</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/xterm.css">
<link rel="stylesheet" href="/assets/style.css">
<script type="importmap" nonce="${nonce}">${importMap}</script>
<script type="module" src="/assets/main.js"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript.</noscript></body>
</html>
`

/** The look of the page. */
export const styles = async (): Promise<string> => (await asset('style.css'))?.body ?? ''

/**
 * A module and all that it imports, as an import map in which each is a data: address: for a file that has no server.
 * The page's own modules are called `page/NAME` there, since an address of data has no neighbours.
 */
export async function inlineModules(entry: string): Promise<Record<string, string>> {
  const imports: Record<string, string> = {}
  const library = (JSON.parse(importMap) as { imports: Record<string, string> }).imports
  const add = async (name: string): Promise<void> => {
    if (imports[`page/${name}`] !== undefined) return
    imports[`page/${name}`] = ''
    const text = (await asset(name))?.body ?? ''
    const own = text.replace(/(from\s*")\.\/([^"]+")/g, '$1page/$2')
    imports[`page/${name}`] = dataAddress(own)
    for (const [, next = ''] of own.matchAll(/from\s*"page\/([^"]+)"/g)) await add(next)
    for (const [, next = ''] of own.matchAll(/from\s*"([^"./]+(?:\/[^"]+)?)"/g)) {
      const file = library[next]?.replace('/assets/', '')
      if (file === undefined || imports[next] !== undefined) continue
      imports[next] = dataAddress((await asset(file))?.body ?? '')
      // What a library imports of another one: the hooks, of Preact.
      for (const [, inner = ''] of imports[next] === ''
        ? []
        : ((await asset(file))?.body ?? '').matchAll(/from\s*"([^"./]+)"/g)) {
        const innerFile = library[inner]?.replace('/assets/', '')
        if (innerFile !== undefined) imports[inner] ??= dataAddress((await asset(innerFile))?.body ?? '')
      }
    }
  }
  await add(entry)
  return imports
}

const dataAddress = (text: string): string =>
  `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`

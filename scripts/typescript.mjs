/** Lets a Node.js that does not read TypeScript by itself (before 22.18) load it: types are taken out, nothing else is changed. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A hook of node:module's register(). Whatever package.json says, or none, TypeScript is a module here. */
export async function load(url, context, next) {
  if (!/^file:.*\.m?ts$/.test(url) || url.includes('/node_modules/')) return next(url, context)
  const { transform } = await import('esbuild')
  const { code } = await transform(readFileSync(new URL(url), 'utf8'), {
    loader: 'ts',
    target: 'node20',
    sourcefile: fileURLToPath(url),
    sourcemap: 'inline',
    logLevel: 'error',
  })
  return { format: 'module', source: code, shortCircuit: true }
}

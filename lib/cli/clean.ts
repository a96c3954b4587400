/** The verb that takes away what the machine keeps of vethlab: labs that are up, and the cache. */
import Table from 'cli-table3'
import colors from 'picocolors'
import { explain } from '../errors.ts'
import { type CachePart, cacheParts, removePart } from '../server/cache.ts'
import { typed } from '../server/installed.ts'
import { cacheRoot } from '../server/state.ts'
import { sayLine as write } from './output.ts'
import { borderless } from './screen.ts'

/** `922 MiB`, `4.2 GiB`. */
export const sizeText = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`

const sum = (parts: readonly CachePart[]): number => parts.reduce((all, { bytes }) => all + bytes, 0)

/** Takes the cache away, but for what a lab uses; with dryRun it only tells. Exit code 2: a part could not be removed. */
export function cleanCache(json: boolean, dryRun: boolean): number {
  const parts = cacheParts()
  const free = parts.filter(({ usedBy }) => usedBy.length === 0)
  const errors: { name: string; error: string }[] = []
  if (!dryRun)
    for (const part of free)
      try {
        removePart(part)
      } catch (error) {
        errors.push({ name: part.name, error: explain(error) })
      }
  const removed = dryRun ? [] : free.filter(({ name }) => !errors.some((one) => one.name === name))
  if (json)
    write(
      JSON.stringify(
        { cache: cacheRoot(), parts, removed: removed.map(({ name }) => name), errors },
        null,
        2,
      ),
    )
  else tell(parts, removed, dryRun)
  for (const { name, error } of json ? [] : errors)
    process.stderr.write(`${colors.red('error')}: ${name} is left: ${error}\n`)
  return errors.length > 0 ? 2 : 0
}

function tell(parts: readonly CachePart[], removed: readonly CachePart[], dryRun: boolean): void {
  if (parts.length === 0) {
    write(`The cache is empty: ${cacheRoot()}`)
    return
  }
  const table = new Table({ ...borderless, colWidths: [27, 10, 43] })
  for (const { name, bytes, what, usedBy } of parts)
    table.push([
      `  ${name}`,
      sizeText(bytes),
      usedBy.length > 0 ? colors.yellow(`in use by ${usedBy.join(', ')}`) : what,
    ])
  write(table.toString())
  write(
    dryRun
      ? `${sizeText(sum(parts))} in ${cacheRoot()}. To remove what is not in use: ${typed('clean --cache')}`
      : `${sizeText(sum(removed))} removed from ${cacheRoot()}. ${typed('setup')} fetches again what labs need.`,
  )
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What all processes of a server share of the machine's memory, in bytes (Pss in proc(5)). */
export function memoryOf(pid: number): number {
  const namespace = (one: string | number) => readlinkSync(`/proc/${one}/ns/pid`)
  const own = namespace(pid)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        if (namespace(name) !== own) return 0
        return Number(readFileSync(`/proc/${name}/smaps_rollup`, 'utf8').match(/^Pss: +(\d+)/m)?.[1]) * 1024
      } catch {
        return 0 // it has ended meanwhile
      }
    })
    .reduce((sum, bytes) => sum + bytes, 0)
}

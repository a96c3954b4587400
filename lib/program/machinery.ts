/** All that runs the lab of a program, in one file that is loaded when the first one is opened. */
export { guarded, whenOrphaned } from '../server/guard.ts'
export { serverPath } from '../server/path.ts'
export { sleep } from '../server/process.ts'
export { labName } from '../server/state.ts'
export { virtualServers } from '../virtual/servers.ts'
export { sharedFolder } from '../virtual/share.ts'
export { endWorld, openWorld } from '../virtual/world.ts'
export { inFull } from './in-full.ts'
export { labOn, warnOf } from './lab.ts'

/** Does it at the first call; all calls wait for that. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined
  return () => {
    begun ??= work()
    return begun
  }
}

/** What vitest's `expect(place)` has, after `import 'vethlab/vitest'`. */
import type { NetworkMatchers } from 'vethlab'
import 'vitest'

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest has it
  interface Assertion<T = any> extends NetworkMatchers {}
  interface AsymmetricMatchersContaining extends NetworkMatchers {}
}

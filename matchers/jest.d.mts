/** What jest's `expect(place)` has, after `import 'vethlab/jest'`. */
import type { NetworkMatchers } from 'vethlab'
import 'expect'

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T> extends NetworkMatchers {}
}

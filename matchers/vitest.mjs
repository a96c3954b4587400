/** Teaches vitest's `expect` what to say of places: `import 'vethlab/vitest'`, in a test or among its setupFiles. */
import { matchers } from 'vethlab'
import { expect } from 'vitest'

expect.extend(matchers)

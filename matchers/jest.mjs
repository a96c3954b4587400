/** Teaches jest's `expect` what to say of places: `import 'vethlab/jest'`, in a test or among its setupFilesAfterEnv. */
import { expect } from '@jest/globals'
import { matchers } from 'vethlab'

expect.extend(matchers)

/** The scenarios by name, for the command line that is for all of them. */
import type { Scenario } from '../lab/lab.ts'
import type { Exercise } from '../learn/exercise.ts'
import type { Finished } from '../server/process.ts'

/** How the command line finds the scenarios by name. Not needed for a scenario's own file. */
export interface Catalogue {
  names(): string[]
  load(name: string): Promise<Scenario>
  /** Tests a scenario in a process of its own. */
  test(name: string): Promise<Finished>
  /** Starts a tool beside the scenarios, on this terminal. Returns its exit code. */
  tool(name: 'setup' | 'doctor'): Promise<number>
  /** Copies a scenario under a new name. Returns its file. */
  copy(from: string, name: string): string
  /** The exercises, by name. */
  readonly exercises: {
    names(): string[]
    load(name: string): Promise<Exercise>
    /** Copies one under a new name. Returns its file. */
    copy(from: string, name: string): string
  }
}

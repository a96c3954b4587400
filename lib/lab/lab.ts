/** What a scenario is told in: the lab of its function, and the scenario itself. */
import type { Check } from '../language/checks/check.ts'
import type { Command, Place, Read } from '../language/command.ts'
import type { PlaceShell } from '../server/zx.ts'

/** What a scenario is told in. The same calls run it, check it again, or record it to be printed. */
export interface Lab {
  /**
   * Whether this is the real run. A scenario's function is called twice: first to see what it will need and
   * whether its values are right, when nothing happens and `read` returns stand-ins; then for real. Code beside
   * the lab's own belongs in `if (lab.live)`.
   */
  readonly live: boolean
  /** Runs commands one after the other, under a title. The first that fails ends the scenario. */
  step(title: string, ...commands: ReadonlyArray<Command | readonly Command[]>): Promise<void>
  /** Asks, side by side, and compares with what must be; `why` is the lesson, in a few words. */
  check(checks: Check | readonly Check[], why: string): Promise<void>
  /** A fact that only the running lab knows. */
  read<T extends string>(read: Read<T>): Promise<T>
  /**
   * zx's `$` in a place of the running lab: ``await lab.$(net1)`ip route | grep default` ``. Its lines run in the place, those
   * that ``.pipe`…` `` adds, too; each again when the checks are asked again. Nothing takes back what they do, and no printed script
   * has them: for that there are `place.sh` and `lab.read`. Before the lab runs it gives nothing. Throws Unable when the place's server is
   * not up, or is this machine itself.
   */
  $(place: Place): PlaceShell
}

/** A scenario: what `scenario()` returns, and what the verbs work on. */
export interface Scenario {
  /** The name of its file without the ending: the name of its lab, too. */
  readonly name: string
  readonly title: string
  readonly file: string
  readonly body: (lab: Lab) => Promise<void>
}

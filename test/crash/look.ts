/** Prints all that a lab could have changed on the machine that this runs on, as JSON. */
import { snapshot } from '../../lib/prove/snapshot.ts'
import { belongings } from '../helpers/machine.ts'
import type { Look } from './changes.ts'

const look: Look = { machine: await snapshot(), belongings: belongings() }
const unread = Object.entries(look.machine).filter(([, lines]) => lines === null)
if (unread.length > 0) throw new Error(`cannot read ${unread.map(([part]) => part).join(', ')}`)
process.stdout.write(JSON.stringify(look))

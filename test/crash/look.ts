/** Prints all that a lab could have changed on the machine that this runs on, as JSON. */
import { snapshot } from '../machine.ts'

process.stdout.write(JSON.stringify(await snapshot()))

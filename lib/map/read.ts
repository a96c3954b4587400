/** Reads the map of a lab that is up. */
import type { LabRecord } from '../server/state.ts'
import { stacksOf } from '../why/stacks.ts'
import { type NetworkMap, networkMap } from './model.ts'

/** The map of a lab, as it is now. */
export const mapOf = async (lab: LabRecord): Promise<NetworkMap> => networkMap(lab, await stacksOf(lab))

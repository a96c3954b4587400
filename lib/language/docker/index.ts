/** All that is said by `docker …`. */
import type { Place } from '../command.ts'
import { containers } from './container.ts'
import { firewall } from './firewall.ts'
import { images } from './image.ts'
import { network } from './network.ts'

/** The docker program on a server. */
export const docker = (place: Place) => ({
  ...containers(place),
  network: network(place),
  firewall: firewall(place),
  image: images(place),
})

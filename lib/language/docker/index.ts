/** All that is said by `docker …`. */
import type { Place } from '../command.ts'
import { speak } from '../grammar/speak.ts'
import { containers } from './container.ts'
import { firewall } from './firewall.ts'
import { plainForms, volumeForms } from './forms.ts'
import { images } from './image.ts'
import { network } from './network.ts'
import { swarm } from './swarm.ts'
import { nodeForms, serviceForms } from './swarm-forms.ts'

const all = (place: Place) => ({
  ...containers(place),
  ...speak(place, ['docker'], plainForms),
  volume: speak(place, ['docker', 'volume'], volumeForms),
  swarm: swarm(place),
  node: speak(place, ['docker', 'node'], nodeForms),
  service: speak(place, ['docker', 'service'], serviceForms),
  network: network(place),
  firewall: firewall(place),
  image: images(place),
})

/** All that is said by `docker …` on a server. */
export interface Docker extends ReturnType<typeof all> {}

/** The docker program on a server. */
export const docker = (place: Place): Docker => all(place)

/** All that is said by `docker …`. */
import type { Place } from '../command.ts'
import { lazily, speak } from '../grammar/speak.ts'
import { composeForms } from './compose-forms.ts'
import { containers } from './container.ts'
import { plainForms } from './container-forms.ts'
import { firewall } from './firewall.ts'
import { images } from './image.ts'
import { plainImageForms } from './image-forms.ts'
import { network } from './network.ts'
import { stackForms } from './stack-forms.ts'
import { containerForms, systemForms, volumeForms } from './store-forms.ts'
import { swarm } from './swarm.ts'
import { nodeForms, serviceForms } from './swarm-forms.ts'

const all = (place: Place) => ({
  ...containers(place),
  ...speak(place, ['docker'], { ...plainForms, ...plainImageForms }),
  volume: lazily(() => speak(place, ['docker', 'volume'], volumeForms)),
  swarm: swarm(place),
  node: lazily(() => speak(place, ['docker', 'node'], nodeForms)),
  service: lazily(() => speak(place, ['docker', 'service'], serviceForms)),
  stack: lazily(() => speak(place, ['docker', 'stack'], stackForms)),
  compose: lazily(() => speak(place, ['docker', 'compose'], composeForms)),
  system: lazily(() => speak(place, ['docker', 'system'], systemForms)),
  container: lazily(() => speak(place, ['docker', 'container'], containerForms)),
  network: network(place),
  firewall: firewall(place),
  image: images(place),
})

/** All that is said by `docker …` on a server. */
export interface Docker extends ReturnType<typeof all> {}

/** The docker program on a server. */
export const docker = (place: Place): Docker => all(place)

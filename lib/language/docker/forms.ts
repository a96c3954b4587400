/** All forms of docker, for reading: with those that have builders of their own. */
import type { Form } from '../grammar/form.ts'
import { composeForms } from './compose-forms.ts'
import { plainForms, ps, rm, runOnce } from './container-forms.ts'
import { plainImageForms } from './image-forms.ts'
import { networkConnect } from './network-connect.ts'
import { networkCreate } from './network-create.ts'
import { networkDisconnect, networkInspect, networkLs, networkPrune, networkRm } from './network-forms.ts'
import { stackForms } from './stack-forms.ts'
import { containerForms, imageForms, readImageForms, systemForms, volumeForms } from './store-forms.ts'
import { nodeForms, serviceForms, swarmForms } from './swarm-forms.ts'

const prefixed = (group: string, forms: Readonly<Record<string, Form>>): Record<string, Form> =>
  Object.fromEntries(Object.entries(forms).map(([key, one]) => [`${group} ${key}`, one]))

/** All. */
export const dockerForms = {
  ...plainForms,
  ...plainImageForms,
  ...prefixed('volume', volumeForms),
  ...prefixed('swarm', swarmForms),
  ...prefixed('node', nodeForms),
  ...prefixed('service', serviceForms),
  ...prefixed('stack', stackForms),
  ...prefixed('compose', composeForms),
  ...prefixed('system', systemForms),
  ...prefixed('container', containerForms),
  ...prefixed('image', imageForms),
  ...prefixed('image', readImageForms),
  networkCreate,
  networkInspect,
  networkDisconnect,
  networkConnect,
  networkRm,
  networkLs,
  networkPrune,
  ps,
  runOnce,
  rm,
}

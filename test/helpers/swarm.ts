/** swarm: a machine that begins a Swarm, for the tests of labs on a machine. */
import { scenario, server } from '../../lib/index.ts'

const server1 = server('server1')

export default scenario(import.meta, 'A machine begins a Swarm', async (lab) => {
  await lab.step('A Swarm', server1.docker.swarm.init().advertiseAddr('127.0.0.1'))
})

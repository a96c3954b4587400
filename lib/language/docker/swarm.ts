/** Swarms, as in `docker swarm`: with what is read from one while a lab runs. */
import { command, type Place, type Read } from '../command.ts'
import { looks } from '../effects.ts'
import { exactly } from '../grammar/missing.ts'
import { speak } from '../grammar/speak.ts'
import { variable } from '../ref.ts'
import { quote } from '../shell.ts'
import { must, oneLine, oneOf, options } from '../values.ts'
import { swarmForms } from './swarm-forms.ts'

/** What a program on a server prints as a fact about its swarm. */
const fact = (place: Place, argv: readonly string[], name: string, check: (value: string) => string): Read =>
  Object.freeze({
    ...command(place, argv, looks, { shows: true, needs: [{ needs: 'engine' }] }),
    variable: variable(place.name, name),
    check,
  })

/** The swarm that this server's engine is in. */
export const swarm = (place: Place) => ({
  ...speak(place, ['docker', 'swarm'], swarmForms),
  /**
   * The secret that lets another engine join, to be read: `worker` or `manager`.
   *
   * Example: server1.docker.swarm.token('worker')
   * Equivalent to: `docker swarm join-token -q worker`
   */
  token: (role: 'worker' | 'manager'): Read =>
    fact(
      place,
      ['docker', 'swarm', 'join-token', '-q', oneOf(role, 'a role in a swarm', ['worker', 'manager'])],
      `${role} token`,
      (value) => {
        must(/^SWMTKN-[\w-]+$/.test(value), value, 'is no token of a swarm')
        return value
      },
    ),
  /**
   * One of two words, by whether the kernel can share connections to one address among the containers of a service: by
   * IPVS, which the virtual address (VIP) of a service and published ports of a swarm (ingress) need.
   *
   * Example: server1.docker.swarm.ipvs({ has: 'open', lacks: 'filtered' })
   * Equivalent to: `sh -c 'if [ -e /proc/net/ip_vs ]; then echo open; else echo filtered; fi'`
   */
  ipvs: exactly('ipvs()', (words: { has: string; lacks: string }): Read => {
    const known = options(words, 'ipvs', ['has', 'lacks'])
    const has = oneLine(known.has ?? '', 'a word for a kernel with IPVS')
    const lacks = oneLine(known.lacks ?? '', 'a word for a kernel without IPVS')
    return fact(
      place,
      ['sh', '-c', `if [ -e /proc/net/ip_vs ]; then echo ${quote(has)}; else echo ${quote(lacks)}; fi`],
      `ipvs ${has}`,
      (value) => oneOf(value, 'one of the words of this kernel', [has, lacks]),
    )
  }),
})

/** Docker networks, as in `docker network connect`. */

import { type Command, command, type Place, type Read } from '../command.ts'
import { looks } from '../effects.ts'
import { say } from '../grammar/form.ts'
import { exact } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import { ifName, networkName } from '../names.ts'
import { variable } from '../ref.ts'
import { networkConnect } from './network-connect.ts'
import { create, type NetworkCreate } from './network-create.ts'
import { networkDisconnect, networkInspect, networkLs, networkPrune, networkRm } from './network-forms.ts'

/** Networks of the engine, as `docker network`. */
export const network = (place: Place) =>
  exact(['docker', 'network'], {
    /**
     * Makes a network: a bridge on this server unless the driver says otherwise.
     *
     * Example: server1.docker.network.create('alpine-net').driver('bridge')
     * Equivalent to: `docker network create --driver bridge alpine-net`
     * Example: server1.docker.network.create('macv').driver('macvlan').subnet('192.168.56.0/24').option('parent', 'enp0s3')
     * Equivalent to: `docker network create --driver macvlan --subnet 192.168.56.0/24 -o parent=enp0s3 macv`
     */
    create: (name: string): NetworkCreate => create(place, name),

    /**
     * Plugs a running container into a further network.
     *
     * Example: server1.docker.network.connect('alpine-net', 'alpine2')
     * Equivalent to: `docker network connect alpine-net alpine2`
     * Example: server1.docker.network.connect('alpine-net', 'alpine2', { ip6: 'fd00:10::99', alias: 'web' })
     * Equivalent to: `docker network connect --ip6 fd00:10::99 --alias web alpine-net alpine2`
     */
    connect: (name: string, container: string, options?: Options<typeof networkConnect.clauses>): Command =>
      say(place, networkConnect, name, container, options),

    /**
     * Unplugs a container from a network.
     *
     * Example: server1.docker.network.disconnect('alpine-net', 'alpine2')
     * Equivalent to: `docker network disconnect alpine-net alpine2`
     */
    disconnect: (name: string, container: string, options?: { force?: boolean }): Command =>
      say(place, networkDisconnect, name, container, options),

    /**
     * Removes a network that no container uses.
     *
     * Example: server1.docker.network.rm('alpine-net')
     * Equivalent to: `docker network rm alpine-net`
     */
    rm: (name: string | readonly string[]): Command => say(place, networkRm, name),

    /**
     * Removes all networks that no container uses.
     *
     * Example: server1.docker.network.prune()
     * Equivalent to: `docker network prune -f`
     */
    prune: (options?: Options<typeof networkPrune.clauses>): Command => say(place, networkPrune, options),

    /**
     * Lists the networks.
     *
     * Example: server1.docker.network.ls()
     * Equivalent to: `docker network ls`
     */
    ls: (options?: Options<typeof networkLs.clauses>): Command => say(place, networkLs, options),

    /**
     * Shows all that the engine knows of a network, or one part of it by a Go template.
     *
     * Example: server1.docker.network.inspect('bridge', '{{.Driver}}')
     * Equivalent to: `docker network inspect -f '{{.Driver}}' bridge`
     */
    inspect: (
      name: string | readonly string[],
      format?: string | Options<typeof networkInspect.clauses>,
      options?: Options<typeof networkInspect.clauses>,
    ): Command =>
      say(place, networkInspect, ...(options === undefined ? [name, format] : [name, format, options])),

    /**
     * The name of the bridge behind a network of the bridge driver: `br-` and twelve digits of its id, unless the
     * option com.docker.network.bridge.name chose one (moby's daemon/libnetwork/drivers/bridge).
     *
     * Example: server1.docker.network.bridge('alpine-net')
     * Equivalent to: `docker network inspect -f '{{with index .Options "com.docker.network.bridge.name"}}{{.}}{{else}}br-{{slice .Id 0 12}}{{end}}' alpine-net`
     */
    bridge: (name: string): Read => {
      const option = 'index .Options "com.docker.network.bridge.name"'
      const format = `{{with ${option}}}{{.}}{{else}}br-{{slice .Id 0 12}}{{end}}`
      return Object.freeze({
        ...command(place, ['docker', 'network', 'inspect', '-f', format, networkName(name)], looks, {
          shows: true,
          api: { call: 'network bridge', network: name },
        }),
        variable: variable(name, 'bridge'),
        check: ifName<string>,
      })
    },
  })

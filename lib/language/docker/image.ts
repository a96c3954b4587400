/** Images, as in `docker import`. */

import { type Command, command, type Place } from '../command.ts'
import { say } from '../grammar/form.ts'
import { exact } from '../grammar/missing.ts'
import type { Options } from '../grammar/options.ts'
import { imageName } from '../names.ts'
import { ref } from '../ref.ts'
import { list, options as optionsGiven, path, word } from '../values.ts'
import { imageForms } from './store-forms.ts'

/**
 * The image that the scenarios use: a small one with a shell, ip, ping and nc. On a virtual server it is built
 * at set-up; IMAGE=alpine takes another. A printed script uses `${IMAGE:-alpine}`.
 */
export const image: string = ref('IMAGE')

/** Images of the engine, as `docker import` and `docker load`. */
export const images = (place: Place) =>
  exact(['docker', 'image'], {
    /**
     * Makes an image of a tar file of a root file system; `run` is what its containers run by default.
     *
     * Example: server1.docker.image.import('/tmp/root.tar', 'vethlab', { run: ['sh'] })
     * Equivalent to: `docker import -c 'CMD ["sh"]' /tmp/root.tar vethlab`
     */
    import: (file: string, name: string, of?: { run?: string[] }): Command => {
      const { run } = optionsGiven(of, 'docker import', ['run'])
      const change = run && `CMD ${JSON.stringify(list(run, 'a program and its arguments', word))}`
      imageName(name)
      return command(
        place,
        ['docker', 'import', ...(change ? ['-c', change] : []), path(file), name],
        [{ does: 'makes', kind: 'image', name }],
        {
          undo: { argv: ['docker', 'image', 'rm', name] },
          api: { call: 'image import', file, image: name, ...(change ? { change } : {}) },
          needs: [{ needs: 'file', path: file }],
        },
      )
    },

    /**
     * Loads the images of a tar file that `docker save` wrote.
     *
     * Example: server1.docker.image.load('/tmp/alpine.tar')
     * Equivalent to: `docker load -i /tmp/alpine.tar`
     */
    load: (file: string): Command =>
      command(
        place,
        ['docker', 'load', '-i', path(file)],
        [{ does: 'makes', kind: 'image', name: `those of ${file}` }],
        { api: { call: 'image load', file }, needs: [{ needs: 'file', path: file }] },
      ),

    /**
     * Lists the images.
     *
     * Example: server1.docker.image.ls()
     * Equivalent to: `docker image ls`
     */
    ls: (
      name?: string | Options<typeof imageForms.ls.clauses>,
      options?: Options<typeof imageForms.ls.clauses>,
    ): Command => say(place, imageForms.ls, ...[name, options].filter((one) => one !== undefined)),

    /**
     * Shows all that the engine knows of an image.
     *
     * Example: server1.docker.image.inspect('alpine')
     * Equivalent to: `docker image inspect alpine`
     */
    inspect: (
      name: string | readonly string[],
      options?: Options<typeof imageForms.inspect.clauses>,
    ): Command => say(place, imageForms.inspect, name, options),

    /**
     * Removes the images that no container uses and that have no name; `all`: those with a name, too.
     *
     * Example: server1.docker.image.prune()
     * Equivalent to: `docker image prune -f`
     */
    prune: (options?: Options<typeof imageForms.prune.clauses>): Command =>
      say(place, imageForms.prune, options),
  })

/** Completion of the command line: the script for a shell, and the words that may stand next. */
import { BadInput } from '../errors.ts'
import { options } from './options.ts'
import type { Verb } from './verb.ts'

const scripts: Readonly<Record<string, string>> = {
  bash: `_vethlab() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(vethlab completion -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _vethlab vethlab
`,
  zsh: `#compdef vethlab
_vethlab() {
  local -a found
  found=(\${(f)"$(vethlab completion -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  (( $#found )) && compadd -- $found || _files
}
compdef _vethlab vethlab
`,
  fish: `complete -c vethlab -a '(vethlab completion -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

/** The words that may stand where the last one stands, which may be begun, or empty. */
export function candidates(
  words: readonly string[],
  verbs: readonly Verb[],
  scenarios: readonly string[],
): string[] {
  const last = words.at(-1) ?? ''
  const [first] = words
  const named = (verb: Verb) => [verb.words].flat()[0]?.split(' ') ?? []
  const verb = words.length > 1 ? verbs.find((one) => named(one)[0] === first) : undefined
  const all = last.startsWith('-')
    ? Object.keys({ ...options, ...verb?.options, help: {} }).map((name) => `--${name}`)
    : words.length <= 1
      ? verbs.map((one) => named(one)[0] ?? '')
      : words.length === 2 && verb && named(verb).some((word) => /^[<[]scenario[\]>]$/.test(word))
        ? scenarios
        : []
  return all.filter((one) => one.startsWith(last))
}

/** The script for a shell. */
export function completionScript(shell: string): string {
  const script = scripts[shell]
  if (script === undefined)
    throw new BadInput(`no completion for ${JSON.stringify(shell)}`, {
      where: undefined,
      hint: `There is: ${Object.keys(scripts).join(', ')}. As in: source <(vethlab completion bash)`,
    })
  return script
}

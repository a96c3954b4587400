/** `output`: whether a text is in what a command prints, and in how many lines. */
import { counted, type ProbeKind } from './kind.ts'

/** The text is there, in so many lines, or not. */
export const output: ProbeKind = {
  outcomes: { prints: 'yes', 'does not print': 'else' },
  read({ code, stdout }, look) {
    if (code !== 0) return undefined
    const count = stdout.split('\n').filter((line) => line.includes(look)).length
    return count === 0 ? `does not print ${look}` : `prints ${look}, ${counted(count, 'line')}`
  },
  shell: `observe_output() {
  text=$1
  shift
  said=$("$@" 2>&1 </dev/null) || { echo "the tool failed: $said" && return; }
  count=$(printf '%s\\n' "$said" | grep -cF -e "$text") || :
  case $count in
  0) echo "does not print $text" ;;
  1) echo "prints $text, 1 line" ;;
  *) echo "prints $text, $count lines" ;;
  esac
}`,
}

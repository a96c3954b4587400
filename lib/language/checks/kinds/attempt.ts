/** `attempt`: whether the kernel can do something. */
import { classify } from '../../../errors.ts'
import { allOf, type ProbeKind } from './kind.ts'

/** The command worked, or the kernel lacks what it takes. */
export const attempt: ProbeKind = {
  outcomes: { made: 'else', 'this kernel lacks it': 'else' },
  read(said) {
    if (said.code === 0) return 'made'
    return classify(allOf(said))?.cause === 'kernel lacks' ? 'this kernel lacks it' : undefined
  },
  shell: `observe_attempt() {
  if said=$("$@" 2>&1 </dev/null); then echo made && return; fi
  case $said in
  *'Unknown device type'* | *'not supported'*) echo 'this kernel lacks it' ;;
  *) echo "the tool failed: $said" ;;
  esac
}`,
}

# shellcheck shell=bash disable=SC2064,SC2162 # words are handed on as they are
# What bash reads before somebody's script (BASH_ENV). What the script would do at its end is left out: vethlab removes a lab by
# itself, and a scenario is what was built. A question that nobody answers is told.
trap() {
  case ${1-} in --) shift ;; esac
  case ${1-} in
  '' | - | -[lpP]*) builtin trap "$@" && return ;;
  *)
    [ $# -gt 1 ] || { builtin trap "$@" && return; }
    local vethlab_signal vethlab_action=$1 vethlab_kept=()
    shift
    for vethlab_signal; do
      case $vethlab_signal in
      EXIT | exit | 0) echo "vethlab: left out, for a lab is removed by vethlab: trap '$vethlab_action' EXIT" >&2 ;;
      *) vethlab_kept+=("$vethlab_signal") ;;
      esac
    done
    [ ${#vethlab_kept[@]} = 0 ] || builtin trap -- "$vethlab_action" "${vethlab_kept[@]}"
    ;;
  esac
}
read() {
  case " $* " in *" -u"*) false ;; *) [ /dev/stdin -ef /dev/null ] ;; esac &&
    echo "vethlab: it asks for input (read $*), and gets none" >&2
  builtin read "$@"
}
# Recorded: which line it is, in which functions of which files. A shell that the script starts has the line of its starter.
if [ -n "${VETHLAB_NOTES-}" ] && [ -z "${VETHLAB_LINE-}" ]; then
  set -T
  builtin trap 'export VETHLAB_LINE="$LINENO ${BASH_LINENO[*]}" VETHLAB_IN="${FUNCNAME[*]}" VETHLAB_FILES="${BASH_SOURCE[*]// /_}"' DEBUG
fi

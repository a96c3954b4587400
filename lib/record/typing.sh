# shellcheck shell=bash
# What the shell of `vethlab record` reads first: each line that is typed gets its number, and is kept.
HISTFILE=$VETHLAB_NOTES/typed HISTSIZE=-1 HISTFILESIZE=-1 HISTCONTROL='' PS1='server1# '
set -o history
shopt -s cmdhist
PROMPT_COMMAND='history -a'
builtin trap 'export VETHLAB_LINE=$HISTCMD' DEBUG

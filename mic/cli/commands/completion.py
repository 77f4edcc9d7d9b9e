"""`mic completion`: what makes a shell complete the words of `mic`.

The scripts know nothing of the commands: they ask this very program, so they never grow old.
"""

import argparse

from mic.cli import completing
from mic.cli.answers import Answer
from mic.cli.context import Context

BASH = r"""# Completion of mic for bash.
_mic_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$1" -- "$2")
}
_mic() {
  local line cur word colon before=${COMP_LINE:0:COMP_POINT}
  local -a words
  read -ra words <<<"$before"
  [[ $before == *[[:space:]] ]] && words+=("")
  cur=${words[-1]}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files*) _mic_paths -f "$cur" ;;
      :directories*) _mic_paths -d "$cur" ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <("${words[0]}" completion bash -- "${words[@]:1}" 2>/dev/null)
  # bash begins a new word behind a colon: what stands before it is on the line already.
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    colon=${cur%"${cur##*:}"}
    for word in "${!COMPREPLY[@]}"; do COMPREPLY[word]=${COMPREPLY[word]#"$colon"}; done
  fi
}
complete -F _mic mic
"""

ZSH = r"""#compdef mic
# Completion of mic for zsh.
_mic() {
  local line
  local -a lines found
  lines=("${(@f)$("${words[1]}" completion zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${lines[@]}"; do
    case $line in
      '') ;;
      :files*) _files ;;
      :directories*) _files -/ ;;
      *) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
    esac
  done
  (( ${#found} )) && _describe mic found
}
if [ "$funcstack[1]" = _mic ]; then _mic "$@"; else compdef _mic mic; fi
"""

FISH = r"""# Completion of mic for fish.
function __mic_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] completion fish -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':files*'
        __fish_complete_path (commandline -ct)
      case ':directories*'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c mic -f -a '(__mic_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Print the script, or what may stand in the place of the last word."""
    if not given.words:
        return Answer({"shell": given.shell, "script": SCRIPTS[given.shell]}, SCRIPTS[given.shell])
    found = list(completing.candidates(context, given.words))
    data = [{"word": one.word, "about": one.about} for one in found]
    return Answer(data, "\n".join(map(str, found)))

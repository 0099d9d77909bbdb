/**
 * What each shell is told. The scripts know no command: they ask `cordon __complete` with the words typed so far, and get a
 * line for each word that may stand there, its meaning behind a tab. They stay true when cordon learns new commands.
 */
export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

// Written for the bash 3.2 of macOS too, which has no mapfile. Where cordon has nothing to offer, the shell offers files.
const bash = `_cordon() {
  local IFS=$'\\n' found
  found=($("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  COMPREPLY=("\${found[@]%%$'\\t'*}")
}
complete -o bashdefault -o default -F _cordon cordon`

const zsh = `#compdef cordon
_cordon() {
  local -a found
  local line
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( $#found )); then _describe cordon found; else _files; fi
}
if [[ $funcstack[1] == _cordon ]]; then _cordon "$@"; else compdef _cordon cordon; fi`

const fish = `function __cordon_complete
  set -l words (commandline -opc)
  $words[1] __complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c cordon -f -a '(__cordon_complete)'
complete -c cordon -s c -l config -r -F`

/** The script of each shell. */
export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish }

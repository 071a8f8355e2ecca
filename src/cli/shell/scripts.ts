// What each shell is told once: that `chat` itself knows how its lines go on.

/** The word that makes the executable answer a shell, and no subcommand's name. */
export const completeWord = '__complete';
/** The line that says that paths fit as well. */
export const filesLine = ':files';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Bash splits words at `:` and `=`, so the line is split here, and what stands before those is taken off the answers. */
const bash = `# chat: completion for bash. Load it with:  source <(chat completions bash)
_chat() {
  local line=\${COMP_LINE:0:COMP_POINT} words word value
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  word=\${words[-1]}
  local before=\${word%"\${word##*[:=]}"}
  COMPREPLY=()
  while IFS= read -r value; do
    if [[ $value == ${filesLine} ]]; then
      compopt -o default
    else
      value=\${value%%$'\\t'*}
      COMPREPLY+=("$(printf '%q' "\${value#"$before"}")")
    fi
  done < <("\${words[0]}" ${completeWord} "\${words[@]:1}" 2>/dev/null)
}
complete -F _chat chat
`;

const zsh = `#compdef chat
# chat: completion for zsh. Load it with:  source <(chat completions zsh)
_chat() {
  local line
  local -a values
  local files=
  while IFS= read -r line; do
    if [[ $line == ${filesLine} ]]; then
      files=1
    else
      values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(command "$words[1]" ${completeWord} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && _describe chat values
  [[ -n $files ]] && _files
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }
compdef _chat chat
`;

const fish = `# chat: completion for fish. Load it with:  chat completions fish | source
function __chat_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] ${completeWord} $words[2..-1] 2>/dev/null)
    if test "$line" = "${filesLine}"
      __fish_complete_path (commandline -ct)
    else
      printf '%s\\n' $line
    end
  end
end
complete -c chat -f -a '(__chat_complete)'
`;

export const scriptOf: { readonly [S in Shell]: string } = { bash, zsh, fish };

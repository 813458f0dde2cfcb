# Completion for bash: subcommands, options and their choices, as a program's --help lists them.

# Prints the words that may stand where $3 begins, after the words $4...; $1: the program, $2: the word before.
_m2m_words() {
  local program=$1 previous=$2 current=$3 subcommands subcommand='' word help
  shift 3
  subcommands=$("$program" --help 2>/dev/null |
    awk '/^Subcommands:/ {inside = 1; next} /^[A-Z]/ {inside = 0} inside && NF {print $1}')
  for word in "$@"; do
    if grep -qFx -- "$word" <<<"$subcommands"; then
      subcommand=$word
      break
    fi
  done
  help=$("$program" ${subcommand:+"$subcommand"} --help 2>/dev/null)
  if [[ $previous == -* ]]; then
    # "  --format TEXT:{markdown,csv}=markdown"
    awk -v option="$previous" '$1 ~ "(^|,)" option "$" && match($2, /{[^}]*}/) {
      gsub(",", "\n", $2); print substr($2, RSTART + 1, RLENGTH - 2)}' <<<"$help"
  elif [[ $current == -* ]]; then
    awk '/^  -/ {gsub(",", "\n", $1); print $1}' <<<"$help"
  elif [ -z "$subcommand" ]; then
    printf '%s\n' "$subcommands"
  fi
}

_m2m() {
  local words
  words=$(_m2m_words "$1" "$3" "$2" "${COMP_WORDS[@]:1:COMP_CWORD-1}")
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
}

# Without a word of its own it offers files.
complete -o default -o bashdefault -F _m2m m2m-sweep m2m-report m2m-doctor m2m-bench

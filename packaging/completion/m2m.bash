# Completion for bash: subcommands, options and their choices, as a program's --help lists them.

declare -gA _m2m_help  # what was asked for before: a program that loads libtorch takes half a second to start

# Sets `help` to the text of --help of a program, or of its subcommand.
_m2m_read_help() {
  local key="$*"
  if [ -z "${_m2m_help[$key]:-}" ]; then
    _m2m_help[$key]=$("$@" --help 2>/dev/null)
  fi
  help=${_m2m_help[$key]}
}

# Sets COMPREPLY to what may stand in the place of $2, after the word $3; $1: the program.
_m2m() {
  local program=$1 current=$2 previous=$3 subcommands subcommand='' word words='' help
  _m2m_read_help "$program"
  subcommands=$(awk '/^Subcommands:/ {inside = 1; next} /^[A-Z]/ {inside = 0} inside && NF {print $1}' <<<"$help")
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if grep -qFx -- "$word" <<<"$subcommands"; then
      subcommand=$word
      _m2m_read_help "$program" "$subcommand"
      break
    fi
  done
  if [[ $current == -* ]]; then
    words=$(awk '/^  -/ {gsub(",", "\n", $1); print $1}' <<<"$help")
  elif [[ $previous == -* ]]; then
    # "  --format TEXT:{markdown,csv}=markdown"
    words=$(awk -v option="$previous" '{count = split($1, names, ",")
      for (i = 1; i <= count; i++) if (names[i] == option && match($2, /{[^}]*}/)) {
        gsub(",", "\n", $2); print substr($2, RSTART + 1, RLENGTH - 2)}}' <<<"$help")
  elif [ -z "$subcommand" ]; then
    words=$subcommands
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

# Without a word of its own it offers files.
complete -o default -o bashdefault -F _m2m m2m-sweep m2m-report m2m-doctor m2m-bench

#!/usr/bin/env bash
# Makes manual pages of the programs and of their subcommands, m2m-report.1 and m2m-report-table.1, from their --help.
#
# Usage: scripts/manual_pages.sh PROGRAMS_FOLDER OUTPUT_FOLDER
set -euo pipefail
programs=$1 folder=$2
command -v help2man >/dev/null || {
  echo "manual_pages.sh: help2man is not installed; on Debian and Ubuntu: scripts/install_packages.sh help2man" >&2
  exit 1
}

list_subcommands() {
  "$1" --help | awk '/^Subcommands:/ {inside = 1; next} /^[A-Z]/ {inside = 0} inside && NF {print $1}'
}

# Makes the page of a program, or of its subcommand.
make_page() {
  local program=$1 subcommand=${2:-} name description
  name=${program#./}${subcommand:+-$subcommand}
  description=$("$program" ${subcommand:+"$subcommand"} --help | head -n 1)
  # help2man knows no subcommands: the title and the name are the program's.
  help2man --no-info --help-option="${subcommand:+$subcommand }--help" --name "${description%.}" "$program" |
    sed -e "s/^\.TH [^ ]* /.TH ${name^^} /" -e "/^\.SH NAME/ {n; s/^[^ ]*/$name/}" >"$folder/$name.1"
}

rm -rf "$folder"
mkdir -p "$folder"
folder=$(realpath "$folder")
cd "$programs"  # help2man splits a path at its spaces
for program in ./m2m-sweep ./m2m-report ./m2m-doctor ./m2m-bench; do
  [ -x "$program" ] || continue
  make_page "$program"
  for subcommand in $(list_subcommands "$program"); do
    make_page "$program" "$subcommand"
  done
done

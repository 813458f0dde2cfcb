# Writes OUTPUT (a C++ source) with VERSION and the git revision of SOURCE; touches it only if one of them changed.
# The revision is unknown without git, and in a copy that another repository holds: its revisions are not this project's.
find_program(GIT git)
set(revision unknown)
set(dirty false)
set(full_version ${VERSION})

# git_says(RESULT ARGUMENT...): the answer of git about SOURCE; unset if git fails.
function(git_says result)
  unset(${result} PARENT_SCOPE)
  execute_process(COMMAND ${GIT} -C ${SOURCE} ${ARGN}
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(${result} "${answer}" PARENT_SCOPE)
  endif()
endfunction()

if(GIT)
  git_says(folder rev-parse --show-prefix)  # of SOURCE in the repository: empty at its top
  git_says(found rev-parse --short=12 HEAD)
endif()
if(DEFINED folder AND folder STREQUAL "" AND found)
  set(revision ${found})
  git_says(described describe --tags --always --abbrev=12 --match "v[0-9]*")
  git_says(changes status --porcelain --untracked-files=no)
  if(changes)
    set(dirty true)
    string(APPEND described -dirty)
  endif()
  string(APPEND full_version " (${described})")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "core/version.hpp"

namespace m2m {
std::string program_version() { return "@VERSION@"; }
std::string full_version() { return "@full_version@"; }
std::string git_revision() { return "@revision@"; }
bool git_dirty() { return @dirty@; }
}  // namespace m2m
]])

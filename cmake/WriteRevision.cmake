# Writes OUTPUT (a C++ source) with the git revision of SOURCE; touches it only if the revision changed.
find_program(GIT git)
set(revision unknown)
set(dirty false)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(revision ${found})
    execute_process(COMMAND ${GIT} -C ${SOURCE} status --porcelain --untracked-files=no
      OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      set(dirty true)
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "core/version.hpp"

namespace m2m {
std::string git_revision() { return "@revision@"; }
bool git_dirty() { return @dirty@; }
}  // namespace m2m
]])

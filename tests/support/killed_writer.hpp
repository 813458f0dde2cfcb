#pragma once
// Kills a process while it writes a file.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <string>

#include "support/eventually.hpp"

namespace m2m::testing {

/// Forks a process that calls `write` in a loop. Kills it once its unfinished copy of `file` (core/files.hpp) has
/// `bytes`. False if this does not happen within 20 s.
inline bool kill_while_writing(const std::filesystem::path& file, std::uintmax_t bytes,
                               const std::function<void()>& write) {
  const pid_t child = ::fork();
  if (child == 0) {
    while (true) write();
  }
  const std::filesystem::path unfinished = file.string() + ".partial-" + std::to_string(child);
  const bool has_begun = eventually([&] {
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(unfinished, absent);
    return !absent && size >= bytes;
  });
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return has_begun;
}

}  // namespace m2m::testing

#pragma once
// Runs programs in a shell.
#include <string>

namespace m2m::testing {

/// Result of a command.
struct Outcome {
  int code = -1;       // exit code; 128 + signal if a signal ended it
  std::string output;  // standard output and standard error
};

/// Quotes a text as one word of a shell's command line.
std::string quoted(const std::string& word);

/// Runs `command` with /bin/sh in `folder` until it ends.
Outcome run_command(const std::string& command, const std::string& folder);

/// A command that runs in the background as its own process group.
class Background {
 public:
  Background(const std::string& command, const std::string& folder);
  /// Kills the remaining processes of the group.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Sends `signal` to every process of the group.
  void signal_all(int signal) const;
  /// Sends `signal` to the command itself.
  void signal_leader(int signal) const;
  /// Waits for its end; returns the exit code as Outcome::code.
  int wait();

 private:
  int pid_;
  bool ended_ = false;
};

}  // namespace m2m::testing

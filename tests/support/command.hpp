#pragma once
// Programs as a shell runs them.
#include <string>

namespace m2m::testing {

struct Outcome {
  int code = -1;       // exit code; 128 + signal where a signal ended it
  std::string output;  // standard output and standard error
};

/// One word of a shell's command line, whatever is in it.
std::string quoted(const std::string& word);

/// Runs `command` with /bin/sh in `folder` until it ends.
Outcome run_command(const std::string& command, const std::string& folder);

/// A command that runs in the background, in a process group of its own.
class Background {
 public:
  Background(const std::string& command, const std::string& folder);
  /// Kills what is left of the group.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Sends `signal` to every process of the group.
  void signal_all(int signal) const;
  /// Sends `signal` to the command itself.
  void signal_leader(int signal) const;
  /// Waits for its end; the exit code as above.
  int wait();

 private:
  int pid_;
  bool ended_ = false;
};

}  // namespace m2m::testing

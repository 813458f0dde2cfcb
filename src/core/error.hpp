#pragma once
// Error: one sentence for the user, and the exit code that the program ends with.
#include <stdexcept>
#include <string>

namespace m2m {

/// The exit code of a program. The numbers are part of the interface: job scripts test them.
enum class ExitCode : int {
  done = 0,
  internal = 1,       // a bug in this program
  usage = 2,          // the command line or the study file
  some_failed = 3,    // the sweep ended, some trials failed
  interrupted = 4,    // stopped by SIGINT, SIGTERM or SIGHUP; run the same command again to resume
  bad_data = 65,      // bad data set or checkpoint
  input_output = 74,  // a file could not be read or written, or the log has no reader
  held = 75,          // another sweep works in the output folder
  requeue = 85,  // stopped by a warning signal or the time limit, checkpointed; put the job back into the queue
};

/// A failure, with one sentence for the user: what is wrong, where, and what to do.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

inline Error internal_error(const std::string& sentence) { return {ExitCode::internal, sentence}; }
inline Error usage_error(const std::string& sentence) { return {ExitCode::usage, sentence}; }
inline Error data_error(const std::string& sentence) { return {ExitCode::bad_data, sentence}; }
inline Error io_error(const std::string& sentence) { return {ExitCode::input_output, sentence}; }

}  // namespace m2m

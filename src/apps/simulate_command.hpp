#pragma once
// The verb simulate of m2m-sweep.
#include <string>

#include "apps/training.hpp"

namespace m2m::apps {

/// Whether this is a command line of `m2m-sweep simulate`.
bool is_simulate_command(int argc, const char* const* argv);

/// Plays the study that the command line names through in virtual time, from an empty output folder, and returns
/// what to print: a table, JSON, or help. Writes the file of --gantt and nothing else.
///
/// Throws Error: usage on what is no such command line, and as reading a study and durations do.
std::string simulate_command(int argc, const char* const* argv, const Training& training);

}  // namespace m2m::apps

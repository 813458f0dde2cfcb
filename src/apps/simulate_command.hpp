#pragma once
// The verb simulate of m2m-sweep.
#include <string>

#include "apps/sweep_arguments.hpp"
#include "apps/training.hpp"

namespace m2m::apps {

/// Plays the study of `arguments` through in virtual time, from an empty output folder, and returns what to print:
/// a table or JSON. Writes the file of --gantt and nothing else. Throws Error as reading a study and durations do.
std::string simulate_command(const SweepArguments& arguments, const Training& training);

}  // namespace m2m::apps

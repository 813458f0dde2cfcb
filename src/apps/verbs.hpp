#pragma once
// m2m-sweep describe: settings and methods, from their own rows.
#include <string>

#include "apps/sweep_arguments.hpp"
#include "apps/training.hpp"

namespace m2m::apps {

/// A line per setting and the methods' names where `subject` is empty; else all about that setting or method.
/// Throws Error (usage), with the nearest name, where there is none of that name.
std::string describe(const TrainingBackend& training, const std::string& subject);

// The verb simulate of m2m-sweep.

/// Plays the study of `arguments` through in virtual time, from an empty output folder, and returns what to print:
/// a table or JSON. Writes the file of --gantt and nothing else. Throws Error as reading a study and durations do.
std::string simulate_command(const SweepArguments& arguments, const TrainingBackend& training);

}  // namespace m2m::apps

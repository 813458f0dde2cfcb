#pragma once
// Verbs of m2m-sweep that only print: describe and simulate.
#include <string>

#include "apps/sweep_arguments.hpp"
#include "apps/training.hpp"

namespace m2m::apps {

/// Describes the setting or method `subject`; if it is empty, lists all settings, a line each, and the names of the
/// methods. Throws Error (usage), with the nearest name, if there is no such setting or method.
std::string describe(const TrainingBackend& training, const std::string& subject);

/// Simulates the study of `arguments`, from an empty output folder, and returns a table or JSON. Writes only the
/// file of --gantt. Throws Error as read_given_study and read_durations do.
std::string simulate_command(const SweepArguments& arguments, const TrainingBackend& training);

}  // namespace m2m::apps

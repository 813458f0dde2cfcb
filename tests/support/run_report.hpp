#pragma once
// m2m-report as a shell runs it.
#include <string>

#include "support/command.hpp"

namespace m2m::testing {

/// Runs m2m-report with these arguments, in a shell's words.
Outcome run_report(const std::string& arguments);

}  // namespace m2m::testing

#pragma once
// The commands of m2m-report.
#include <string>

#include "apps/report_arguments.hpp"

namespace m2m::apps {

/// What the command prints. Only merge writes a file. Local. Throws Error: usage where the arguments do not fit the
/// study or its trials each other, bad_data and input_output as the readers of results do.
std::string answer_of(const ReportArguments& arguments);

}  // namespace m2m::apps

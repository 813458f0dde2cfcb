#pragma once
// What m2m-report is told on its command line.
#include <optional>
#include <string>
#include <vector>

#include "report/sheet.hpp"
#include "report/table.hpp"

namespace m2m::apps {

struct ReportArguments {
  std::string command;     // "merge", "aggregate", "table", "compare", "variance", "reference"
  std::string path;        // an output folder or a results.h5; of merge an output folder
  std::string other_path;  // compare --with: where B is; "": in the same study
  std::string a, b;        // of compare
  std::string label;       // of variance; "": all
  double difference = 1;   // of variance, in % points
  std::optional<report::Format> format;
  report::TableOptions table;
  std::vector<std::string> metrics;  // none: those that a command has by itself
  std::string answer;                // --help and --version: what to print instead
};

/// Parses a command line; without a command it is that of table. Throws Error (usage) if it is wrong.
ReportArguments parse_report_arguments(int argc, const char* const* argv);

// The commands of m2m-report.

/// What the command prints. Only merge writes a file. Local. Throws Error: usage where the arguments do not fit the
/// study or its trials each other, bad_data and input_output as the readers of results do.
std::string answer_of(const ReportArguments& arguments);

}  // namespace m2m::apps

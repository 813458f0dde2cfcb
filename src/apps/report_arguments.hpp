#pragma once
// The command line of m2m-report, and what its commands print.
#include <optional>
#include <string>
#include <vector>

#include "report/options.hpp"
#include "report/sheet.hpp"

namespace m2m::apps {

/// A parsed command line of m2m-report.
struct ReportArguments {
  std::string command;     // "merge", "aggregate", "table", "classes", "compare", "variance", "reference"
  std::string path;        // an output folder or a results.h5; for merge an output folder
  std::string other_path;  // compare --with: the results with B; "": the same study
  std::string a, b;        // labels of compare
  std::string label;       // label of variance and classes; "": all labels
  double difference = 1;   // of variance, in % points
  std::optional<report::Format> format;
  report::TableOptions table;
  std::vector<std::string> metrics;  // of --metric; empty: the default of the command
  bool logits = false;               // aggregate: also the metrics of rankings
  bool foreign = false;              // read the results in a child process
  std::string answer;                // text to print instead of running: --help and --version
};

/// Parses a command line; without a command it means table. Throws Error (usage) if it is wrong.
ReportArguments parse_report_arguments(int argc, const char* const* argv);

/// Runs a command and returns the text to print. Only merge writes a file. Local. Throws Error: usage if the
/// arguments do not fit the study or its trials must not be averaged or compared; bad_data and input_output as the
/// readers of results do.
std::string run_command(const ReportArguments& arguments);

}  // namespace m2m::apps

#pragma once
// What m2m-report is told on its command line.
#include <optional>
#include <string>
#include <vector>

#include "report/sheet.hpp"
#include "report/table.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace m2m::apps {

struct ReportArguments {
  std::string command;     // "merge", "aggregate", "table", "compare", "variance", "reference"; "": the table
  std::string path;        // an output folder or a results.h5; of merge an output folder
  std::string other_path;  // compare --with: where B is; "": in the same study
  std::string a, b;        // of compare
  std::string label;       // of variance; "": all
  double difference = 1;   // of variance, in % points
  std::optional<report::Format> format;
  report::TableOptions table;
  std::vector<std::string> metrics;  // none: those that a command has by itself
};

/// Fills `arguments` when `app` parses, which must not outlive them.
void describe_report(CLI::App& app, ReportArguments& arguments);

/// What is wrong with a command line that does not parse, and what to do. arguments: as far as it was read.
std::string parse_fault(const CLI::ParseError& fault, const ReportArguments& arguments);

/// Throws Error (usage) where an option was given that the command makes no use of.
void check_report_options(const CLI::App& app, const ReportArguments& arguments);

}  // namespace m2m::apps

#pragma once
// The report on a run of a problem class: an aligned block of text, and class.json.
#include <string>
#include <vector>

#include "bench/class_results.hpp"
#include "bench/class_run.hpp"
#include "bench/problem_class.hpp"
#include "core/config.hpp"

namespace m2m::bench {

/// The version of the layout of class.json and system.json.
inline constexpr int class_schema = 1;

/// A run of a class with its verdict.
struct ClassReport {
  ProblemClass problem;
  RunLog log;
  RunFacts facts;
  ClassFigures figures;
  std::vector<std::string> reasons;  // for which it does not count; empty: it passed
};

/// A line per fact: a name, padded to 22 columns, and its value. The names and their order are part of the
/// interface: scripts search for "figure of merit" and "result". The last lines are the result and its reasons.
/// system: of describe_system. Pure.
std::string report_text(const ClassReport& report, const Json& system);

/// class.json, with every number unrounded. Pure.
Json report_json(const ClassReport& report);

/// Reads log and facts back from class.json. Throws a JSON error if a key is missing. Pure.
RunLog run_log_from_json(const Json& json);
RunFacts run_facts_from_json(const Json& json);

}  // namespace m2m::bench

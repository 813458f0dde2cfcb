#include "bench/run_cases.hpp"

#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <vector>

#include "bench/cases.hpp"
#include "core/error.hpp"

namespace m2m::bench {
namespace {

/// True if the run reported an error. Google Benchmark 1.8 replaced the flag by a state; no case here sets it
/// otherwise.
template <typename Run>
bool reported_an_error(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred;
  } else {
    return run.skipped != decltype(run.skipped){};
  }
}

/// The usual table with medians and relative deviations only, and a count of the runs that reported an error.
class CountingReporter : public benchmark::ConsoleReporter {
 public:
  CountingReporter() : ConsoleReporter(OO_Tabular) { SetErrorStream(&unsaid_); }
  bool ReportContext(const Context& machine) override {
    SetErrorStream(&std::cerr);  // before this, the library only says what an Error says better
    return ConsoleReporter::ReportContext(machine);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> shown;
    for (const Run& run : runs) {
      wrong_ += reported_an_error(run) ? 1 : 0;
      const std::string& kind = run.aggregate_name;
      if (kind.empty() || kind == "median" || kind == "cv") shown.push_back(run);
    }
    ConsoleReporter::ReportRuns(shown);
  }
  int wrong() const { return wrong_; }

 private:
  int wrong_ = 0;
  std::ostringstream unsaid_;
};

std::vector<std::string> flags_for(const RunSettings& settings) {
  std::vector<std::string> flags = {"m2m-bench", "--benchmark_filter=" + settings.filter,
                                    fmt::format("--benchmark_repetitions={}", settings.repetitions),
                                    "--benchmark_display_aggregates_only=true"};
  if (settings.list) flags.emplace_back("--benchmark_list_tests=true");
  if (!settings.json.empty()) {
    flags.push_back("--benchmark_out=" + settings.json);
    flags.emplace_back("--benchmark_out_format=json");
  }
  return flags;
}

/// The library would end the program where it cannot open its file.
void check_writable(const std::string& file) {
  if (!file.empty() && !std::ofstream(file)) throw io_error(file + ": it cannot be written");
}

/// flags: have to outlive the run, the library keeps a pointer to the first.
void set_flags(std::vector<std::string>& flags) {
  std::vector<char*> pointers;
  for (std::string& flag : flags) pointers.push_back(flag.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
}

void add_context(const Json& context, int threads) {
  for (const auto& [key, value] : context.items()) {
    benchmark::AddCustomContext(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  benchmark::AddCustomContext("threads", std::to_string(threads));
}

void add_all_cases(const std::shared_ptr<Workbench>& bench) {
  add_step_cases(bench);
  if (bench->device().is_cuda()) return;  // the others time what a CPU does
  add_data_cases(bench);
  add_translation_cases(bench);
  add_evaluation_cases(bench);
  add_file_cases(bench);
}

}  // namespace

int run_cases(const RunSettings& settings, const Json& context) {
  check_writable(settings.json);
  at::set_num_threads(settings.threads);
  std::vector<std::string> flags = flags_for(settings);
  set_flags(flags);
  const auto bench = std::make_shared<Workbench>(settings.device, settings.executor);
  Json here = context;
  here["device"] = settings.device;
  here["executor"] = settings.executor;
  here["timed"] = "host's clock; each iteration waits until the device is done";
  add_context(here, settings.threads);
  add_all_cases(bench);
  CountingReporter reporter;
  const std::size_t matched = benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  if (matched == 0) {
    throw usage_error(fmt::format("--filter {}: no case has such a name; --list names them", settings.filter));
  }
  return reporter.wrong();
}

}  // namespace m2m::bench

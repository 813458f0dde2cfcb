// m2m-bench run: the cases by name, repeated by Google Benchmark, with their medians and deviations.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <vector>

#include "bench/bench_commands.hpp"
#include "bench/workbench.hpp"
#include "core/error.hpp"
#include "core/files.hpp"

namespace m2m::bench {
namespace {

/// True if the run reported an error. Google Benchmark 1.8 replaced the flag by a state; here only errors set it.
template <typename Run>
bool reported_error(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred;
  } else {
    return run.skipped != decltype(run.skipped){};
  }
}

/// Prints repetitions, medians and relative deviations, and counts the runs that reported an error.
class CountingReporter : public benchmark::ConsoleReporter {
 public:
  CountingReporter() : ConsoleReporter(OO_Tabular) { SetErrorStream(&discarded_); }
  bool ReportContext(const Context& machine) override {
    SetErrorStream(&std::cerr);  // earlier messages repeat what an Error says
    return ConsoleReporter::ReportContext(machine);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> shown;
    for (const Run& run : runs) {
      wrong_ += reported_error(run) ? 1 : 0;
      const std::string& kind = run.aggregate_name;
      if (kind.empty() || kind == "median" || kind == "cv") shown.push_back(run);
    }
    ConsoleReporter::ReportRuns(shown);
  }
  int wrong() const { return wrong_; }

 private:
  int wrong_ = 0;
  std::ostringstream discarded_;
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

/// Throws Error (input_output) if the file cannot be written; Google Benchmark would end the program.
void check_writable(const std::string& file) {
  if (!file.empty() && !std::ofstream(file)) throw io_error(file + ": cannot be written");
}

/// Hands the flags to Google Benchmark, which keeps a pointer to the first: they must outlive the run.
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
  add_shared_step_cases(bench);
  add_slot_cases(bench);
  if (bench->device().is_cuda()) return;  // the other cases time work of the CPU
  add_data_cases(bench);
  add_translation_cases(bench);
  add_evaluation_cases(bench);
  add_file_cases(bench);
  add_convolution_cases();
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
  if (bench->device().is_cuda() && !settings.list) here["product_tflops"] = 2 * bench->product_rate() / 1e12;
  here["timed"] = "host's clock; each iteration waits until the device is done";
  add_context(here, settings.threads);
  add_all_cases(bench);
  CountingReporter reporter;
  const std::size_t matched = benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  if (!std::cout.flush()) throw write_error("standard output", "cannot be written", errno);
  if (matched == 0) {
    throw usage_error(
        fmt::format("--filter {}: no case has a matching name; --list prints all names", settings.filter));
  }
  return reporter.wrong();
}

}  // namespace m2m::bench

// m2m-bench class: runs a problem class, verifies its results, and reports them.
#include <fmt/format.h>

#include "bench/class_commands.hpp"
#include "bench/class_report.hpp"
#include "bench/class_results.hpp"
#include "bench/class_run.hpp"
#include "bench/class_verdict.hpp"
#include "bench/launch.hpp"
#include "bench/problem_class.hpp"
#include "bench/system_description.hpp"
#include "core/command_line.hpp"
#include "core/files.hpp"
#include "results/output_folder.hpp"
#include "results/study_results.hpp"
#include "settings/train_settings.hpp"

namespace m2m::bench {
namespace fs = std::filesystem;
namespace {

using settings::TrainSettings;

ProblemClass wanted_class(const ClassSettings& settings) {
  ProblemClass problem = find_class(settings.name);
  if (settings.target > 0) problem.target = settings.target;
  return problem;
}

/// A program that is built and installed beside this one.
fs::path program_beside(const char* name) {
  std::error_code unknown;
  return fs::read_symlink("/proc/self/exe", unknown).parent_path() / name;
}

fs::path sweep_program(const ClassSettings& settings) {
  const fs::path program = settings.sweep.empty() ? program_beside("m2m-sweep") : fs::path(settings.sweep);
  if (fs::is_regular_file(program)) return fs::absolute(program);
  throw usage_error(fmt::format("{}: no such program; build m2m-sweep ('make programs') or name it with --sweep",
                                program.string()));
}

Json run_options(const ClassSettings& settings) {
  return {{"precision", settings.precision}, {"kernels", settings.kernels},
          {"executor", settings.executor},   {"device", settings.device},
          {"threads", settings.threads},     {"ranks", settings.ranks},
          {"devices", settings.devices},     {"trials-per-device", settings.trials_per_device},
          {"launch", settings.launch}};
}

template <typename Member, typename Value>
std::string assignment(Member TrainSettings::*member, const Value& value) {
  return fmt::format("{}={}", settings::name_of(member), value);
}

std::vector<std::string> sweep_words(const ClassSettings& settings) {
  std::vector<std::string> words = {sweep_program(settings).string(),
                                    assignment(&TrainSettings::precision, settings.precision),
                                    assignment(&TrainSettings::kernels, settings.kernels),
                                    assignment(&TrainSettings::executor, settings.executor),
                                    assignment(&TrainSettings::device, settings.device),
                                    assignment(&TrainSettings::threads, settings.threads)};
  if (settings.trials_per_device > 1)
    words.insert(words.end(), {"--trials-per-device", std::to_string(settings.trials_per_device)});
  return words;
}

LaunchWish launch_wish(const ClassSettings& settings, const ProblemClass& problem, int gpus) {
  const bool on_gpu = gpus > 0 && settings.device != settings::to_text(settings::Device::cpu);
  const auto trials = static_cast<int>(expected_trials(problem, settings.precision).size());
  return {settings.launch, settings.ranks, settings.devices, settings.threads, on_gpu, trials};
}

/// Throws Error with the code of the sweep if it was stopped or refused to run.
void check_end(const RunLog& log, const fs::path& out) {
  const int code = log.runs.back().code.value_or(0);
  const auto end = static_cast<ExitCode>(code);
  if (end == ExitCode::done || end == ExitCode::some_failed) return;
  const bool is_resumable =
      end == ExitCode::interrupted || end == ExitCode::requeue || end == ExitCode::input_output || code > 128;
  throw Error(end, fmt::format("{}: m2m-sweep ended with code {}; {}", out.string(), code,
                               is_resumable ? "the same command resumes it"
                                            : "its own line above, 'm2m-sweep: ...', says why"));
}

ClassReport make_report(const ProblemClass& problem, RunLog log, const fs::path& out, int devices, int gpus) {
  ClassReport report{problem, std::move(log), {}, {}, {}};
  const results::StudyResults results = results::read_results_file(results::OutputFolder{out}.merged());
  report.facts = {report.log.wall_seconds(), devices, gpus, read_stage_seconds(out)};
  report.figures = class_figures(problem, results, report.facts);
  report.reasons = reasons_to_fail(problem, results, report.figures);
  return report;
}

}  // namespace

ExitCode run_class(const ClassSettings& settings, const std::function<HostFacts()>& look_at_host) {
  const ProblemClass problem = wanted_class(settings);
  const HeldSignals signals;  // before libraries start threads
  const HostFacts host = look_at_host();
  const fs::path out = settings.out.empty() ? fs::path("results") / ("class_" + problem.name) : settings.out;
  const RunRequest request{out, run_options(settings),
                           launcher_words(launch_wish(settings, problem, host.gpus), look_around(host.gpus)),
                           sweep_words(settings)};
  RunLog log = run_sweep(problem, request, signals);
  check_end(log, out);
  const ClassReport report = make_report(problem, std::move(log), out, settings.devices, host.gpus);
  Json system = describe_system(host.machine, program_beside("m2m-doctor"), out);
  system["schema"] = class_schema;
  write_json_file(out / "system.json", system);
  write_json_file(out / "class.json", report_json(report));
  if (!settings.json.empty()) write_json_file(settings.json, report_json(report));
  print_answer(report_text(report, system));
  return report.reasons.empty() ? ExitCode::done : ExitCode::some_failed;
}

}  // namespace m2m::bench

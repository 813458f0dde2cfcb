#include "bench/class_results.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/metrics.hpp"
#include "settings/train_settings.hpp"

namespace m2m::bench {

using results::TrialRecord;
using settings::TrainSettings;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

template <typename Value>
void add_once(std::vector<Value>& values, const Value& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

bool was_on_gpu(const Json& environment) { return environment.contains("compute_capability"); }

/// What the record says of data that are not the published ones, in one line.
std::string data_notice(const Json& data) {
  std::string notice = data.value("notice", std::string());
  std::replace(notice.begin(), notice.end(), '\n', ' ');
  return notice.empty() ? "the data are not confirmed as the published files" : notice;
}

void add_machine(UsedMachine& used, const TrialRecord& record) {
  const Json& environment = record.environment;
  const Config config(record.config);
  add_once(used.ranks, environment.value("ranks", 1));
  add_once(used.hosts, environment.value("hosts", 1));
  add_once(used.threads, settings::find_value(config, &TrainSettings::threads).value_or(1));
  add_once(used.processors, environment.value("processor", std::string("unknown")));
  add_once(used.gpus, was_on_gpu(environment) ? environment.value("gpu", std::string("unknown")) : "none");
  add_once(used.kernels, environment.value("kernels", std::string("unknown")));
  const std::string& precision = settings::name_of(&TrainSettings::precision);
  add_once(used.precisions, record.config.value(precision, std::string("unknown")));
  add_once(used.revisions, environment.value("revision", std::string("unknown")));
  used.trials_per_device = std::max(used.trials_per_device, environment.value("trials_per_device", 1));
  used.is_dirty = used.is_dirty || environment.value("dirty", false);
  if (!record.data.value("published", true)) add_once(used.notices, data_notice(record.data));
}

/// Devices that the ranks occupy: GPUs, or cores with a thread.
int occupied_devices(const UsedMachine& used, int gpus_per_host) {
  if (used.ranks.empty()) return 0;
  const int ranks = *std::max_element(used.ranks.begin(), used.ranks.end());
  const int hosts = *std::max_element(used.hosts.begin(), used.hosts.end());
  const bool on_gpu = used.gpus != std::vector<std::string>{"none"};
  if (!on_gpu) return ranks * *std::max_element(used.threads.begin(), used.threads.end());
  return gpus_per_host > 0 ? std::min(ranks, hosts * gpus_per_host) : ranks;
}

double stage_seconds(const RunFacts& facts, const std::string& id) {
  for (const StageSeconds& stage : facts.stages) {
    if (stage.id == id) return stage.seconds;
  }
  return 0;
}

/// Seconds to the target, with the time of the g that the trial translates against.
double full_seconds_to_target(const TrialRecord& record, double target, const RunFacts& facts) {
  const double seconds = seconds_to_target(record.epochs, target);
  if (!record.identity.contains("g")) return seconds;
  return seconds + stage_seconds(facts, record.identity.at("g").value("stage", std::string()));
}

MethodFigures method_figures(const std::string& label, const std::vector<const TrialRecord*>& records,
                             double target, const RunFacts& facts) {
  std::vector<double> bacc, seconds;
  for (const TrialRecord* record : records) {
    if (record->label != label) continue;
    bacc.push_back(100 * balanced_accuracy(record->last.test));
    const double reached = full_seconds_to_target(*record, target, facts);
    if (std::isfinite(reached)) seconds.push_back(reached);
  }
  return {label, report::estimate(bacc), static_cast<int>(seconds.size()),
          seconds.empty() ? missing : median(seconds)};
}

double busy_share(const std::vector<const TrialRecord*>& records, const RunFacts& facts, int slots) {
  double busy = 0;
  for (const TrialRecord* record : records) busy += record->wall_seconds;
  for (const StageSeconds& stage : facts.stages) busy += stage.seconds;
  return facts.wall_seconds > 0 && slots > 0 ? busy / (facts.wall_seconds * slots) : missing;
}

std::vector<const TrialRecord*> done_records(const results::StudyResults& results) {
  std::vector<const TrialRecord*> records;
  for (const results::TrialOutcome& trial : results.trials) {
    if (trial.record) records.push_back(&*trial.record);
  }
  return records;
}

}  // namespace

double figure_of_merit(int trials, int devices, double wall_seconds) {
  if (devices <= 0 || wall_seconds <= 0) return 0;
  return trials * 3600.0 / (devices * wall_seconds);
}

double seconds_to_target(const std::vector<results::EpochRecord>& epochs, double target) {
  double seconds = 0;
  for (const results::EpochRecord& epoch : epochs) {
    for (const double part : {epoch.seconds, epoch.evaluation_seconds}) seconds += std::isfinite(part) ? part : 0;
    if (100 * epoch.validation_bacc >= target) return seconds;
  }
  return missing;
}

ClassFigures class_figures(const ProblemClass& problem, const results::StudyResults& results,
                           const RunFacts& facts) {
  const std::vector<const TrialRecord*> records = done_records(results);
  ClassFigures figures;
  figures.trials = static_cast<int>(records.size());
  for (const TrialRecord* record : records) add_machine(figures.used, *record);
  const int occupied = occupied_devices(figures.used, facts.gpus_per_host);
  figures.devices = facts.devices > 0 ? facts.devices : occupied;
  const std::vector<int>& ranks = figures.used.ranks;
  figures.slots =
      ranks.empty() ? 0 : *std::max_element(ranks.begin(), ranks.end()) * figures.used.trials_per_device;
  figures.occupied_devices = occupied;
  figures.wall_seconds = facts.wall_seconds;
  figures.trials_per_device_hour = figure_of_merit(figures.trials, figures.devices, facts.wall_seconds);
  figures.busy = busy_share(records, facts, figures.slots);
  for (const Window& window : problem.windows) {
    figures.methods.push_back(method_figures(window.label, records, problem.target, facts));
  }
  return figures;
}

}  // namespace m2m::bench

#include "bench/class_verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/text.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"
#include "study/stage.hpp"

namespace m2m::bench {
namespace {

using results::TrialOutcome, results::TrialRecord, results::TrialStatus;
using settings::Seeds, settings::TrainSettings;
using Reasons = std::vector<std::string>;

/// Busy time above the wall time that rounding and clocks explain.
constexpr double max_busy = 1.02;

std::int64_t seed_of(const results::PlannedTrial& planned) {
  return settings::find_value(planned.config, &Seeds::seed).value_or(-1);
}

/// "M2m seed=3"
std::string trial_title(const std::string& label, std::int64_t seed) {
  return fmt::format("{} seed={}", label, seed);
}
std::string trial_title(const TrialOutcome& trial) {
  return trial_title(trial.planned.label, seed_of(trial.planned));
}

const TrialOutcome* find_trial(const results::StudyResults& results, const ExpectedTrial& expected) {
  for (const TrialOutcome& trial : results.trials) {
    if (trial.planned.label == expected.label && seed_of(trial.planned) == expected.seed) return &trial;
  }
  return nullptr;
}

/// The settings in which `actual` differs from `expected`: "train.epochs is 20 instead of 50".
std::vector<std::string> setting_differences(const Json& expected, const Json& actual) {
  std::vector<std::string> found;
  for (const auto& [name, value] : expected.items()) {
    const Json other = actual.is_object() && actual.contains(name) ? actual.at(name) : Json();
    if (other != value) found.push_back(fmt::format("{} is {} instead of {}", name, other.dump(), value.dump()));
  }
  if (!actual.is_object()) return found;
  for (const auto& [name, value] : actual.items()) {
    if (!expected.contains(name))
      found.push_back(fmt::format("{} is {}, which the class does not set", name, value.dump()));
  }
  return found;
}

/// The id of the g that a trial translates against, if the two read the same data: what its own planning hashes.
std::string id_of_g(Json trial_identity, const Json& acting_g) {
  for (const char* origin : {"g", "start", "base"}) trial_identity.erase(origin);
  trial_identity["kind"] = "g";
  trial_identity["settings"] = acting_g;
  return study::stage_id(trial_identity);
}

/// A trial's identity names its g by an id, whose settings follow from those of the trial.
void check_g(Reasons& reasons, const ExpectedTrial& expected, const TrialRecord& record, const std::string& title) {
  const Json acting = settings::acting_settings_of_g(settings::g_config(Config(record.config)));
  for (const std::string& difference : setting_differences(expected.acting_g, acting))
    reasons.push_back(fmt::format("{}: its g: {}", title, difference));
  const std::string id = record.identity.value("g", Json::object()).value("stage", std::string());
  const std::string wanted = id_of_g(record.identity, acting);
  if (id != wanted)
    reasons.push_back(fmt::format("{}: its g is '{}', and its settings give {}", title, id, wanted));
}

void check_settings(Reasons& reasons, const ProblemClass& problem, const ExpectedTrial& expected,
                    const TrialOutcome& trial) {
  if (!trial.record) return;
  const Json& identity = trial.record->identity;
  const std::string title = trial_title(trial);
  if (identity.value("batch_norm", std::string("sync")) != "sync")
    reasons.push_back(title + ": batch norm takes its statistics from a rank's share of the batch");
  for (const std::string& difference :
       setting_differences(expected.acting, identity.value("settings", Json::object())))
    reasons.push_back(fmt::format("{}: {}", title, difference));
  if (!expected.acting_g.is_null()) check_g(reasons, expected, *trial.record, title);
  const std::string files = identity.value("data", Json::object()).value("files", std::string());
  if (!problem.data_sha256.empty() && files != problem.data_sha256)
    reasons.push_back(title + ": its data are other files than those of the class");
}

/// The precision of the trials; float32, the default, if there are none.
std::string planned_precision(const results::StudyResults& results) {
  if (results.trials.empty()) return "float32";
  const Json& config = results.trials.front().planned.config.json();
  return config.value(settings::name_of(&TrainSettings::precision), std::string("float32"));
}

void check_plan(Reasons& reasons, const ProblemClass& problem, const results::StudyResults& results) {
  const std::vector<ExpectedTrial> expected = expected_trials(problem, planned_precision(results));
  std::set<std::string> wanted;
  for (const ExpectedTrial& each : expected) {
    const std::string title = trial_title(each.label, each.seed);
    wanted.insert(title);
    const TrialOutcome* trial = find_trial(results, each);
    if (trial == nullptr) {
      reasons.push_back(title + ": the trial is missing in the plan of the results");
    } else {
      check_settings(reasons, problem, each, *trial);
    }
  }
  for (const TrialOutcome& trial : results.trials) {
    if (!wanted.contains(trial_title(trial)))
      reasons.push_back(fmt::format("{}: the class has no such trial", trial_title(trial)));
  }
  if (results.trials.size() > expected.size() && reasons.empty())
    reasons.push_back(fmt::format("{} are planned, the class has {}", count_text(results.trials.size(), "trial"),
                                  expected.size()));
}

void check_outcomes(Reasons& reasons, const results::StudyResults& results) {
  for (const TrialOutcome& trial : results.trials) {
    if (trial.status == TrialStatus::done) continue;
    reasons.push_back(fmt::format("{}: {}{}{}", trial_title(trial), to_text(trial.status),
                                  trial.reason.empty() ? "" : ": ", trial.reason));
  }
}

const MethodFigures* find_method(const ClassFigures& figures, const std::string& label) {
  for (const MethodFigures& method : figures.methods) {
    if (method.label == label && method.bacc.n > 0) return &method;
  }
  return nullptr;
}

void check_accuracy(Reasons& reasons, const ProblemClass& problem, const ClassFigures& figures) {
  for (const Window& window : problem.windows) {
    const MethodFigures* method = find_method(figures, window.label);
    if (method == nullptr || (method->bacc.mean >= window.low && method->bacc.mean <= window.high)) continue;
    reasons.push_back(fmt::format("{}: the mean bACC of {:.1f} % is outside of its window, {:.1f} to {:.1f} %",
                                  window.label, method->bacc.mean, window.low, window.high));
  }
  for (const Order& order : problem.orders) {
    const MethodFigures* above = find_method(figures, order.above);
    const MethodFigures* below = find_method(figures, order.below);
    if (above == nullptr || below == nullptr || above->bacc.mean > below->bacc.mean) continue;
    reasons.push_back(fmt::format("{}: the mean bACC of {:.1f} % is not above that of {}, {:.1f} %", order.above,
                                  above->bacc.mean, order.below, below->bacc.mean));
  }
}

/// Finds methods that did nothing: two with the same predictions, and translations of which none was accepted.
void check_effects(Reasons& reasons, const results::StudyResults& results) {
  for (auto a = results.trials.begin(); a != results.trials.end(); ++a) {
    if (!a->record) continue;
    const auto accepts = [](const results::EpochRecord& epoch) { return std::isfinite(epoch.generated_loss); };
    const std::vector<results::EpochRecord>& epochs = a->record->epochs;
    if (a->record->identity.contains("g") && std::none_of(epochs.begin(), epochs.end(), accepts))
      reasons.push_back(trial_title(*a) + ": no translation was accepted in any epoch");
    for (auto b = a + 1; b != results.trials.end(); ++b) {
      if (!b->record || seed_of(a->planned) != seed_of(b->planned)) continue;
      if (a->record->last.test == b->record->last.test)
        reasons.push_back(fmt::format("{} and {}: the same predictions, so one method did nothing", trial_title(*a),
                                      trial_title(*b)));
    }
  }
}

template <typename Value>
void check_one(Reasons& reasons, const std::vector<Value>& values, const std::string& what) {
  if (values.size() > 1)
    reasons.push_back(fmt::format("the trials have several {}: {}", what, fmt::join(values, ", ")));
}

void check_machine(Reasons& reasons, const ClassFigures& figures) {
  const UsedMachine& used = figures.used;
  check_one(reasons, used.ranks, "numbers of ranks");
  check_one(reasons, used.hosts, "numbers of hosts");
  check_one(reasons, used.threads, "numbers of threads");
  check_one(reasons, used.processors, "processors");
  check_one(reasons, used.gpus, "GPUs");
  check_one(reasons, used.kernels, "kinds of kernels");
  check_one(reasons, used.precisions, "precisions");
  check_one(reasons, used.revisions, "revisions of the program");
  if (figures.devices < figures.occupied_devices)
    reasons.push_back(fmt::format("the ranks used {}, and {} are counted",
                                  count_text(static_cast<std::uintmax_t>(figures.occupied_devices), "device"),
                                  figures.devices));
}

void check_time(Reasons& reasons, const ClassFigures& figures) {
  if (figures.wall_seconds <= 0) reasons.push_back("the wall time of the run is not known");
  if (figures.busy > max_busy)
    reasons.push_back(
        fmt::format("stages took {:.0f} % of the measured time, so some were trained outside of it; "
                    "use an empty output folder",
                    100 * figures.busy));
}

}  // namespace

std::vector<std::string> reasons_to_fail(const ProblemClass& problem, const results::StudyResults& results,
                                         const ClassFigures& figures) {
  Reasons reasons;
  check_plan(reasons, problem, results);
  check_outcomes(reasons, results);
  check_accuracy(reasons, problem, figures);
  if (problem.has_trained) check_effects(reasons, results);
  check_machine(reasons, figures);
  check_time(reasons, figures);
  return reasons;
}

}  // namespace m2m::bench

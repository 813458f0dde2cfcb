#include "sweep/costs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/foreign_files.hpp"
#include "core/text.hpp"
#include "results/output_folder.hpp"
#include "results/record_file.hpp"
#include "settings/recipe.hpp"
#include "sweep/simulation.hpp"

namespace m2m::sweep {

namespace fs = std::filesystem;

namespace {

std::string cost_key(const study::Stage& stage) {
  const std::string method = settings::find_value(stage.config, &settings::Recipe::method).value_or("");
  return std::to_string(static_cast<int>(stage.kind)) + " " + (stage.kind == study::StageKind::trial ? method : "");
}

}  // namespace

bool CostModel::update(int stage, double seconds) {
  const study::Stage& ended = graph_.stages[static_cast<std::size_t>(stage)];
  if (ended.cost <= 0) return false;
  Measured& known = known_[cost_key(ended)];
  known.measured += seconds;
  known.estimated += ended.cost;
  return std::has_single_bit(static_cast<unsigned>(++known.stages));
}

std::vector<double> CostModel::seconds() const {
  Measured all;
  for (const auto& [name, known] : known_) {
    all.measured += known.measured;
    all.estimated += known.estimated;
  }
  std::vector<double> seconds;
  seconds.reserve(graph_.stages.size());
  for (const study::Stage& stage : graph_.stages) {
    const auto found = known_.find(cost_key(stage));
    const Measured& known = found == known_.end() ? all : found->second;
    seconds.push_back(known.estimated > 0 ? stage.cost * known.measured / known.estimated : stage.cost);
  }
  return seconds;
}

namespace {

/// Share of `epochs` in the epochs that the cost of the stage covers, in [0, 1].
double epoch_share(int epochs, const study::Stage& stage, const study::Progress& progress) {
  const int all = stage.epochs > 0 ? stage.epochs : progress.epochs;
  return all > 0 ? std::clamp(static_cast<double>(epochs) / all, 0.0, 1.0) : 0;
}

/// Share of its cost that this run of a stage has done.
double fraction_done(const study::Stage& stage, const StageStatus& status) {
  if (status.state == StageState::done) return 1;
  if (status.state != StageState::running) return 0;
  return epoch_share(status.progress.epoch - status.progress.resumed_from, stage, status.progress);
}

/// Share of its cost that is left; epochs before a resumption count as done.
double fraction_left(const study::Stage& stage, const StageStatus& status) {
  if (status.state != StageState::running || status.progress.epochs == 0) return 1;
  return epoch_share(status.progress.epochs - status.progress.epoch, stage, status.progress);
}

/// Measured over estimated seconds; nothing without a measurement.
std::optional<double> measured_ratio(const Scheduler& scheduler, double now) {
  double measured = 0, estimated = 0;
  for (std::size_t i = 0; i < scheduler.status().size(); ++i) {
    const StageStatus& status = scheduler.status()[i];
    const double fraction = fraction_done(scheduler.graph().stages[i], status);
    if (fraction <= 0) continue;
    measured += status.state == StageState::done ? status.result.seconds : now - status.started;
    estimated += fraction * scheduler.graph().stages[i].cost;
  }
  return estimated > 0 ? std::optional(measured / estimated) : std::nullopt;
}

}  // namespace

Forecast forecast(const study::StageGraph& graph, const std::vector<bool>& exists, int ranks) {
  const Simulation result = simulate(graph, exists, single_ranks(ranks), estimated_seconds(graph));
  return {result.work, result.makespan, result.efficiency()};
}

std::optional<double> seconds_left(const Scheduler& scheduler, int ranks, double now) {
  const std::optional<double> ratio = measured_ratio(scheduler, now);
  if (!ratio) return std::nullopt;
  const study::StageGraph& graph = scheduler.graph();
  std::vector<double> chains(graph.stages.size(), 0.0);
  double work = 0, longest = 0;
  for (std::size_t i = graph.stages.size(); i-- > 0;) {
    const StageStatus& status = scheduler.status()[i];
    if (status.state != StageState::waiting && status.state != StageState::running) continue;
    const double left = fraction_left(graph.stages[i], status) * graph.stages[i].cost;
    for (const int dependent : graph.dependents[i])
      chains[i] = std::max(chains[i], chains[static_cast<std::size_t>(dependent)]);
    chains[i] += left;
    longest = std::max(longest, chains[i]);
    work += left;
  }
  return *ratio * std::max(work / ranks, longest);
}

double busy_share(const Scheduler& scheduler, int ranks, double now) {
  double busy = scheduler.busy_seconds();
  for (const StageStatus& status : scheduler.status()) {
    if (status.state == StageState::running) busy += now - status.started;
  }
  return now > 0 ? std::clamp(busy / (now * ranks), 0.0, 1.0) : 0;
}

namespace {

using SecondsById = std::map<std::string, double>;

Json read_object(const fs::path& file) {
  Json object = try_parse_json(read_file(file));
  if (!object.is_object()) throw data_error(fmt::format("{}: not a JSON object", file.string()));
  return object;
}

double checked_seconds(const fs::path& file, const std::string& name, const Json& value) {
  constexpr double max_seconds = 1e9;  // 31 years; the sum over all stages stays finite
  constexpr std::size_t max_quoted = 60;
  const double seconds = value.is_number() ? value.get<double>() : 0;
  if (!(seconds > 0) || seconds > max_seconds) {
    throw data_error(fmt::format("{}: '{}' is {}: expected seconds, a number above 0 and at most 1e9",
                                 file.string(), truncate_utf8(name, max_quoted),
                                 truncate_utf8(value.dump(), max_quoted)));
  }
  return seconds;
}

SecondsById seconds_of_file(const fs::path& file) {
  SecondsById seconds;
  const Json object = read_object(file);
  for (const auto& [id, value] : object.items()) seconds[id] = checked_seconds(file, id, value);
  return seconds;
}

/// Times of the stages in an output folder; leaves out stages that do not exist or did not record their time.
SecondsById seconds_of_folder(const results::OutputFolder& folder, const study::StageGraph& graph) {
  SecondsById seconds;
  for (const study::Stage& stage : graph.stages) {
    const bool is_trial = stage.kind == study::StageKind::trial;
    const fs::path file = is_trial ? folder.result(stage.id) : folder.stage_done(stage.id);
    std::error_code ignored;
    if (!fs::exists(file, ignored)) continue;
    if (is_trial) {
      const double wall = results::read_trial(file, results::RecordParts::metrics).wall_seconds;
      if (wall > 0) seconds[stage.id] = wall;
    } else if (const Json facts = read_object(file); facts.contains("seconds")) {
      seconds[stage.id] = checked_seconds(file, "seconds", facts.at("seconds"));
    }
  }
  return seconds;
}

}  // namespace

Durations read_durations(const fs::path& path, const study::StageGraph& graph) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw usage_error(fmt::format("--durations {}: no such file or folder", path.string()));
  }
  const bool is_folder = fs::is_directory(path, ignored);
  const SecondsById known = is_folder ? seconds_of_folder({path}, graph) : seconds_of_file(path);
  Durations durations;
  double measured = 0, modelled = 0;
  for (const study::Stage& stage : graph.stages) {
    const auto found = known.find(stage.id);
    if (found == known.end()) continue;
    ++durations.measured;
    measured += found->second;
    modelled += stage.cost;
  }
  if (durations.measured == 0) {
    throw usage_error(
        fmt::format("--durations {}: has no time of any of this study's stages; name the output folder of a "
                    "run that shares some, or leave "
                    "it out",
                    path.string()));
  }
  if (modelled > 0) durations.ratio = measured / modelled;
  for (const study::Stage& stage : graph.stages) {
    const auto found = known.find(stage.id);
    durations.seconds.push_back(found == known.end() ? stage.cost * durations.ratio : found->second);
  }
  return durations;
}

}  // namespace m2m::sweep

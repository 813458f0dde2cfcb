#include "stages/planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include "checkpoints/checkpoint.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "nn/device.hpp"
#include "nn/network.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/train_settings.hpp"
#include "stages/checks_against_data.hpp"
#include "train/machine_checks.hpp"
#include "train/trial.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {

using settings::M2mSettings, settings::TrainSettings, settings::name_of;
using study::StageRequest;
using train::LoadedData;

namespace {

int epochs_to_run(const Config& resolved) {
  if (!settings::read<settings::Recipe>(resolved).trains()) return 0;
  const train::TrialSettings settings = train::planned_settings(resolved);
  return settings.epochs - settings.start_epoch;
}

/// Notice such as "images: class 2 of 3 has no test sample: ..."; "" if each class has one or the part is empty.
std::string untested_notice(const LoadedData& data, const data::PoolRows& part, const char* name) {
  if (part.rows.empty()) return "";
  ClassCounts samples(static_cast<std::size_t>(data.set.classes), 0);
  for (const std::int32_t label : train::pool_labels(data, part)) ++samples[label];
  const std::string note = untested_note(untested_classes(samples), data.set.classes, name);
  return note.empty() ? "" : data.set.name + ": " + note;
}

/// Requests the stage of a g. data: g's own; an oracle's differ from the trial's.
StageRequest request_g(const Config& config, const LoadedData& data, int ranks) {
  StageRequest g;
  g.kind = study::StageKind::g;
  g.label = "g";
  g.config = config;
  g.identity = g_identity(g.config, data, ranks);
  g.epochs = epochs_to_run(g.config);
  g.cost = estimated_seconds(g.config, data);
  g.memory = estimated_memory(g.config, data);
  return g;
}

StageRequest request_prefix(const Config& resolved, const LoadedData& data, int ranks) {
  StageRequest prefix;
  prefix.kind = study::StageKind::prefix;
  prefix.label = "prefix";
  prefix.config = settings::prefix_config(resolved);
  prefix.identity = prefix_identity(resolved, data, ranks);
  prefix.epochs = *prefix_end(resolved);
  prefix.cost = estimated_seconds(prefix.config, data, prefix.epochs);
  prefix.memory = estimated_memory(prefix.config, data);
  return prefix;
}

}  // namespace

std::string Planner::checked_checkpoint(const std::string& setting, const std::string& file, const Config& resolved,
                                        const LoadedData& data) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    throw io_error(
        fmt::format("{} = '{}': the file does not exist; name a checkpoint (.safetensors or .t7)", setting, file));
  }
  const train::TrialSettings settings = train::planned_settings(resolved);
  const std::string head = settings::to_text(settings.head);
  const std::string key = fmt::format("{} as {} {} {} {} on {}", file, settings.network, settings.width,
                                      settings.experts, head, data.set.name);
  const std::lock_guard lock(mutex_);
  if (const auto known = checkpoints_.find(key); known != checkpoints_.end()) return known->second;
  const checkpoints::Checkpoint checkpoint = checkpoints::load_checkpoint(file);
  nn::load_state(*train::build_network(settings, data), checkpoint.network, file);
  return checkpoints_.emplace(key, checkpoint.sha256).first->second;
}

double Planner::checkpoint_bytes(const Config& resolved, const LoadedData& data) {
  const train::TrialSettings settings = train::planned_settings(resolved);
  const nn::NetworkSpec spec = train::network_spec(settings, data);
  const std::string key = fmt::format("{} {} {} {} {} {} {}x{}x{}", spec.name, spec.first_channels, spec.experts,
                                      settings::to_text(settings.head),
                                      settings::to_text(settings::value_of(resolved, &TrainSettings::precision)),
                                      spec.classes, spec.channels, spec.height, spec.width);
  const std::lock_guard lock(mutex_);
  if (const auto known = network_bytes_.find(key); known != network_bytes_.end()) return known->second;
  double bytes = 0;
  for (const torch::Tensor& parameter : train::build_network(settings, data)->parameters())
    bytes += static_cast<double>(parameter.nbytes());
  constexpr double with_momentum = 2;
  return network_bytes_.emplace(key, with_momentum * bytes).first->second;
}

void Planner::log_once(const std::string& notice) {
  if (notice.empty()) return;
  const std::lock_guard lock(mutex_);
  if (noticed_.insert(notice).second) log_warning(notice);
}

void Planner::log_notices(const LoadedData& data) {
  std::istringstream lines(data.set.notice);
  for (std::string line; std::getline(lines, line);) log_once(line);
  log_once(untested_notice(data, data.split.validation, "validation"));
  log_once(untested_notice(data, data.split.test, "test"));
}

StageRequest Planner::operator()(Config point, const std::string& label) {
  StageRequest trial;
  trial.label = label;
  trial.config = std::move(point);
  const Config& resolved = trial.config;
  const auto data = data_cache_.get(resolved);
  log_notices(*data);
  log_once(train::check_record_size(*data, host_memory_size()));
  train::check_named_device(train::machine_settings(resolved));
  check_against_data(resolved, *data);
  for (const std::string& notice : unfused_notices(resolved, ranks_per_trial_)) log_once(notice);
  const settings::Recipe recipe = settings::read<settings::Recipe>(resolved);
  trial.epochs = epochs_to_run(resolved);
  trial.cost = estimated_seconds(resolved, *data);
  trial.memory = estimated_memory(resolved, *data);
  trial.disk = recipe.trains() ? checkpoint_bytes(resolved, *data) : 0;
  TrialOrigins origins;
  if (recipe.translates()) origins.g = plan_g(trial, *data);
  if (!recipe.start.empty()) {
    trial.needs.push_back((*this)(settings::with_method(resolved, recipe.start), recipe.start));
    origins.base = add_id(trial.needs.back());
  }
  if (prefix_end(resolved)) {
    trial.needs.push_back(request_prefix(resolved, *data, ranks_per_trial_));
    trial.needs.back().disk = trial.disk;
    trial.epochs -= trial.needs.back().epochs;
    trial.cost -= trial.needs.back().cost;
  }
  const std::string start_from = settings::value_of(resolved, &TrainSettings::start_from);
  if (!start_from.empty()) {
    origins.start_sha256 = checked_checkpoint(name_of(&TrainSettings::start_from), start_from, resolved, *data);
  }
  trial.identity = trial_identity(resolved, *data, origins, ranks_per_trial_);
  return trial;
}

Json Planner::plan_g(StageRequest& trial, const LoadedData& data) {
  const auto m2m = settings::read<settings::M2mSettings>(trial.config);
  const Config config = settings::g_config(trial.config);
  // Checked here to name g's own setting, which g's stage does not know.
  if (m2m.g_precision) train::check_named_device(train::machine_settings(config, true));
  check_fused_g(config, data, m2m.g_precision.has_value());
  if (!m2m.g_from.empty()) {
    return {{"file", checked_checkpoint(name_of(&M2mSettings::g_from), m2m.g_from, config, data)}};
  }
  const auto data_of_g = data_cache_.get(config);
  check_g_against_data(config, *data_of_g);
  for (const std::string& notice : unfused_notices(config, ranks_per_trial_)) log_once(notice);
  trial.needs.push_back(request_g(config, *data_of_g, ranks_per_trial_));
  trial.needs.back().disk = checkpoint_bytes(config, data);
  return {{"stage", add_id(trial.needs.back())}, {"pick", settings::to_text(m2m.g_epoch)}};
}

}  // namespace m2m::stages

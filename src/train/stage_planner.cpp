#include "core/log.hpp"
#include "methods/registry.hpp"
#include "train/checkpoint.hpp"
#include "train/cost.hpp"
#include "train/identity.hpp"
#include "train/settings.hpp"
#include "train/stages.hpp"
#include "train/trial.hpp"

namespace m2m {
namespace {

int epochs_to_run(const Config& resolved) {
  return static_cast<int>(resolved.integer("train.epochs") - resolved.integer("train.start_epoch"));
}

StageRequest request_g(const Config& resolved, const LoadedData& data, int ranks) {
  StageRequest g;
  g.kind = StageKind::g;
  g.label = "g";
  g.config = g_config(resolved);
  g.identity = g_identity(g.config, data, ranks);
  g.epochs = epochs_to_run(g.config);
  g.cost = estimated_seconds(g.config, find_method("ERM"), data);
  return g;
}

StageRequest request_prefix(const Config& resolved, const LoadedData& data, int ranks) {
  StageRequest prefix;
  prefix.kind = StageKind::prefix;
  prefix.label = "prefix";
  prefix.config = resolved;
  prefix.identity = prefix_identity(resolved, data, ranks);
  prefix.epochs = *shared_until(resolved);
  prefix.cost = estimated_seconds(resolved, find_method("ERM"), data, prefix.epochs);
  return prefix;
}

}  // namespace

std::string StagePlanner::checked_checkpoint(const std::string& file, const Config& resolved,
                                             const LoadedData& data) {
  const TrainSettings settings = train_settings(resolved);
  auto [entry, is_new] = checkpoints_.try_emplace(file + " as " + settings.network + " on " + data.set.name);
  if (is_new) {
    const Checkpoint checkpoint = load_checkpoint(file);
    load_state(*build_network(settings, data), checkpoint.network, file);
    entry->second = checkpoint.sha256;
  }
  return entry->second;
}

StageRequest StagePlanner::operator()(const Config& resolved, const std::string& label) {
  const auto data = shelf_.get(resolved);
  if (!data->set.notice.empty() && noticed_.insert(data->set.name).second) log_warning(data->set.notice);
  const Method& method = find_method(resolved.text("method"));
  StageRequest trial;
  trial.label = label;
  trial.config = resolved;
  trial.epochs = epochs_to_run(resolved);
  trial.cost = estimated_seconds(resolved, method, *data);

  Json g;
  const std::string g_from = resolved.text("m2m.g_from");
  if (method.editing && !g_from.empty()) {
    g = {{"file", checked_checkpoint(g_from, resolved, *data)}};
  } else if (method.editing) {
    trial.needs.push_back(request_g(resolved, *data, ranks_per_trial_));
    g = {{"stage", stage_id(trial.needs.front().identity)}, {"pick", resolved.text("m2m.g_epoch")}};
  }
  if (shared_until(resolved)) {
    trial.needs.push_back(request_prefix(resolved, *data, ranks_per_trial_));
    trial.epochs -= trial.needs.back().epochs;
    trial.cost -= trial.needs.back().cost;
  }
  const std::string start_from = resolved.text("train.start_from");
  trial.identity =
      trial_identity(resolved, *data, g, start_from.empty() ? "" : checked_checkpoint(start_from, resolved, *data),
                     ranks_per_trial_);
  return trial;
}

}  // namespace m2m

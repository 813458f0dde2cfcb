// The identities of stages: the settings and hashes of data that an id is made of.
#include <fmt/format.h>

#include "core/version.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"
#include "stages/planner.hpp"

namespace m2m::stages {
namespace {

/// Statistics over all ranks equal those of one rank up to rounding; local ones depend on the number of ranks.
std::string batch_norm_identity(const Config& resolved, int ranks) {
  const settings::BatchNorm batch_norm = settings::read<settings::TrainSettings>(resolved).batch_norm;
  const bool is_local = batch_norm == settings::BatchNorm::local && ranks > 1;
  return is_local ? fmt::format("local {}", ranks) : settings::to_text(settings::BatchNorm::sync);
}

Json common_identity(const char* kind, const Config& resolved, const train::LoadedData& data, int ranks) {
  return {{"kind", kind},
          {"numerics", numerics_version},
          {"batch_norm", batch_norm_identity(resolved, ranks)},
          {"data", data_identity(data)}};
}

}  // namespace

Json data_identity(const train::LoadedData& data) {
  return {{"files", data.set.files_sha256},
          {"train", data.split.train_sha256},
          {"validation", data.split.validation_sha256},
          {"test", data.split.test_sha256}};
}

Json g_identity(const Config& config, const train::LoadedData& data, int ranks) {
  Json identity = common_identity("g", config, data, ranks);
  identity["settings"] = settings::acting_settings_of_g(config);
  return identity;
}

std::optional<int> prefix_end(const Config& resolved) {
  const settings::Recipe recipe = settings::read<settings::Recipe>(resolved);
  const auto train = settings::read<settings::TrainSettings>(resolved);
  const bool has_plain_epochs =
      recipe.trains() && !recipe.is_second_stage() && recipe.rebalance != settings::Rebalance::at_once;
  const bool is_within = train.defer_until > 0 && train.defer_until < train.epochs;
  if (!has_plain_epochs || !is_within || !train.start_from.empty()) return std::nullopt;
  return train.defer_until;
}

Json prefix_identity(const Config& resolved, const train::LoadedData& data, int ranks) {
  const int until = *prefix_end(resolved);
  Json identity = common_identity("prefix", resolved, data, ranks);
  identity["settings"] = settings::acting_settings_of_prefix(resolved, until);
  identity["until"] = until;
  return identity;
}

Json trial_identity(const Config& resolved, const train::LoadedData& data, const TrialOrigins& origins, int ranks) {
  Json identity = common_identity("trial", resolved, data, ranks);
  identity["settings"] = settings::acting_settings(resolved);
  if (!origins.g.is_null()) identity["g"] = origins.g;
  if (!origins.start_sha256.empty()) identity["start"] = origins.start_sha256;
  if (!origins.base.empty()) identity["base"] = origins.base;
  return identity;
}

}  // namespace m2m::stages

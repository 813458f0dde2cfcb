#include "train/identity.hpp"

#include <fmt/format.h>

#include "core/version.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::stages {
namespace {

/// Statistics over all ranks are those of one rank, to rounding; local ones depend on how many ranks there are.
std::string batch_norm_of(const Config& resolved, int ranks) {
  const settings::BatchNorm batch_norm = settings::read<settings::TrainSettings>(resolved).batch_norm;
  const bool is_local = batch_norm == settings::BatchNorm::local && ranks > 1;
  return is_local ? fmt::format("local {}", ranks) : settings::to_text(settings::BatchNorm::sync);
}

Json common_identity(const char* kind, const Config& resolved, const train::LoadedData& data, int ranks) {
  return {{"kind", kind},
          {"numerics", numerics_version},
          {"batch_norm", batch_norm_of(resolved, ranks)},
          {"data", data_identity(data)}};
}

/// The drops of the learning rate that have come before `epoch`.
std::vector<double> drops_before(const Config& resolved, int epoch) {
  std::vector<double> drops = settings::read<settings::TrainSettings>(resolved).lr_drops;
  std::erase_if(drops, [epoch](double drop) { return drop >= epoch; });
  return drops;
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
  identity["settings"] = settings::acting_settings(config);
  identity["settings"].erase("seeds.init");
  identity["settings"].erase("seeds.order");
  identity["settings"]["seeds.g"] = settings::read<settings::Seeds>(config).g;
  return identity;
}

std::optional<int> shared_until(const Config& resolved) {
  const settings::Recipe recipe = settings::read<settings::Recipe>(resolved);
  const auto train = settings::read<settings::TrainSettings>(resolved);
  const bool has_plain_epochs =
      recipe.trains() && !recipe.is_second_stage() && recipe.rebalance != settings::Rebalance::at_once;
  const bool is_within = train.defer_until > 0 && train.defer_until < train.epochs;
  if (!has_plain_epochs || !is_within || !train.start_from.empty()) return std::nullopt;
  return train.defer_until;
}

Json prefix_identity(const Config& resolved, const train::LoadedData& data, int ranks) {
  const int until = *shared_until(resolved);
  Json identity = common_identity("prefix", resolved, data, ranks);
  Json settings = settings::acting_settings(settings::prefix_config(resolved));
  for (const char* name : {"method", "train.epochs", "train.lr_drops"}) settings.erase(name);
  const std::vector<double> drops = drops_before(resolved, until);
  if (drops.empty()) settings.erase("train.lr_drop_factor");
  if (!drops.empty()) settings["train.lr_drops"] = drops;
  identity["settings"] = settings;
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

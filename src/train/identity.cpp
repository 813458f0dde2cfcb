#include "train/identity.hpp"

#include <fmt/format.h>

#include "core/version.hpp"
#include "methods/recipe.hpp"
#include "methods/registry.hpp"
#include "train/study_fields.hpp"

namespace m2m::settings {
namespace {

bool subset_is_drawn(const Config& resolved) {
  const std::string validation = resolved.text("data.validation");
  const bool draws_images = data_setting_acts("data.subset", resolved) && resolved.text("data.subset") == "random";
  return draws_images || validation == "train-holdout" || validation == "fold";
}

/// Of a post-hoc method all else acts in the trial it begins from.
bool acts_post_hoc(const std::string& name) {
  return name == "method" || name.starts_with("recipe.") || name.starts_with("post_hoc.") ||
         name.starts_with("data.");
}

bool acts(const Field& field, const Config& resolved, const Recipe& recipe) {
  const std::string& name = field.name;
  const bool starts_from_file = !resolved.text("train.start_from").empty();
  // These act in the g, whose identity is part of the trial's.
  if (name.starts_with("m2m.g_") || name == "seeds.g" || name == "train.start_from") return false;
  if (!condition_holds(field, resolved)) return false;
  if (name.starts_with("data.") && !data_setting_acts(name, resolved)) return false;
  if (!recipe.trains()) return acts_post_hoc(name);
  if (name == "seeds.subset") return subset_is_drawn(resolved);
  if (name == "seeds.init") return !starts_from_file;
  if (name == "seeds.plan") return draws_from_plan(recipe);
  if (name == "train.defer_until") return is_deferred(recipe);
  if (name == "train.start_epoch") return starts_from_file;
  return true;
}

}  // namespace

Config g_config(const Config& resolved) {
  Config config = with_method(resolved, resolved.text("m2m.g_method"));
  if (resolved.has("m2m.g_network")) config.set("train.network", resolved.text("m2m.g_network"));
  if (resolved.has("m2m.g_precision")) config.set("train.precision", resolved.text("m2m.g_precision"));
  if (resolved.has("m2m.g_stop")) config.set("train.epochs", resolved.integer("m2m.g_stop"));
  if (resolved.text("m2m.g_data") == "balanced") {
    config.set("data.imbalance", "none");
    config.set("data.largest", 0);
  }
  config.set("train.start_from", "");
  config.set("train.start_epoch", 0);
  return config;
}

}  // namespace m2m::settings

namespace m2m::stages {
namespace {

/// Statistics over all ranks are those of one rank, to rounding; local ones depend on how many ranks there are.
std::string batch_norm_of(const Config& resolved, int ranks) {
  const bool is_local = resolved.text("train.batch_norm") == "local" && ranks > 1;
  return is_local ? fmt::format("local {}", ranks) : "sync";
}

Json common_identity(const char* kind, const Config& resolved, const train::LoadedData& data, int ranks) {
  return {{"kind", kind},
          {"numerics", numerics_version},
          {"batch_norm", batch_norm_of(resolved, ranks)},
          {"data", data_identity(data)}};
}

/// The drops of the learning rate that have come before `epoch`.
std::vector<double> drops_before(const Config& resolved, int epoch) {
  std::vector<double> drops = resolved.numbers("train.lr_drops");
  std::erase_if(drops, [epoch](double drop) { return drop >= epoch; });
  return drops;
}

}  // namespace

Json acting_settings(const Config& resolved) {
  const settings::Recipe recipe = settings::recipe_of(resolved);
  Json settings = Json::object();
  for (const settings::Field& field : settings::study_fields()) {
    if (field.use == settings::FieldUse::stage && resolved.has(field.name) &&
        settings::acts(field, resolved, recipe)) {
      settings[field.name] = resolved.json().at(field.name);
    }
  }
  return settings;
}

Json data_identity(const train::LoadedData& data) {
  return {{"files", data.set.files_sha256},
          {"train", data.split.train_sha256},
          {"validation", data.split.validation_sha256},
          {"test", data.split.test_sha256}};
}

Json g_identity(const Config& config, const train::LoadedData& data, int ranks) {
  Json identity = common_identity("g", config, data, ranks);
  identity["settings"] = acting_settings(config);
  identity["settings"].erase("seeds.init");
  identity["settings"].erase("seeds.order");
  identity["settings"]["seeds.g"] = config.integer("seeds.g");
  return identity;
}

std::optional<int> shared_until(const Config& resolved) {
  const settings::Recipe recipe = settings::recipe_of(resolved);
  const std::int64_t until = resolved.integer("train.defer_until");
  const bool has_plain_epochs =
      recipe.trains() && !recipe.is_second_stage() && recipe.rebalance != settings::Rebalance::at_once;
  const bool is_within = until > 0 && until < resolved.integer("train.epochs");
  if (!has_plain_epochs || !is_within || !resolved.text("train.start_from").empty()) return std::nullopt;
  return static_cast<int>(until);
}

Json prefix_identity(const Config& resolved, const train::LoadedData& data, int ranks) {
  const int until = *shared_until(resolved);
  Json identity = common_identity("prefix", resolved, data, ranks);
  Json settings = acting_settings(settings::before_rebalancing(resolved));
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
  identity["settings"] = acting_settings(resolved);
  if (!origins.g.is_null()) identity["g"] = origins.g;
  if (!origins.start_sha256.empty()) identity["start"] = origins.start_sha256;
  if (!origins.base.empty()) identity["base"] = origins.base;
  return identity;
}

}  // namespace m2m::stages

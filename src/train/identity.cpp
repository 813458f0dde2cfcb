#include "train/identity.hpp"

#include "core/version.hpp"
#include "methods/registry.hpp"
#include "train/study_fields.hpp"

namespace m2m {
namespace {

bool subset_is_drawn(const Config& resolved) {
  return resolved.text("data.subset") == "random" || resolved.text("data.validation") == "train-holdout";
}

bool acts(const std::string& name, const Config& resolved, const Method& method) {
  const bool starts_from_file = !resolved.text("train.start_from").empty();
  if (name == "m2m.g_from" || name == "m2m.g_epoch" || name == "seeds.g" || name == "train.start_from")
    return false;
  if (name.starts_with("m2m.")) return static_cast<bool>(method.editing);
  if (name == "seeds.subset") return subset_is_drawn(resolved);
  if (name == "seeds.init") return !starts_from_file;
  if (name == "seeds.plan") return resamples(method);
  if (name == "train.defer_until") return is_deferred(method);
  if (name == "train.start_epoch") return starts_from_file;
  return true;
}

Json common_identity(const char* kind, const LoadedData& data) {
  return {{"kind", kind}, {"numerics", numerics_version}, {"batch_norm", "sync"}, {"data", data_identity(data)}};
}

}  // namespace

Json acting_settings(const Config& resolved, const Method& method) {
  Json settings = Json::object();
  for (const Field& field : study_fields()) {
    if (field.use == FieldUse::stage && resolved.has(field.name) && acts(field.name, resolved, method)) {
      settings[field.name] = resolved.json().at(field.name);
    }
  }
  return settings;
}

Json data_identity(const LoadedData& data) {
  return {{"files", data.set.files_sha256},
          {"train", data.split.train_sha256},
          {"validation", data.split.validation_sha256},
          {"test", data.split.test_sha256}};
}

Config g_config(const Config& resolved) {
  Config config = resolved;
  config.set("method", "ERM");
  config.set("train.start_from", "");
  config.set("train.start_epoch", 0);
  return config;
}

Json g_identity(const Config& config, const LoadedData& data) {
  Json identity = common_identity("g", data);
  identity["settings"] = acting_settings(config, find_method("ERM"));
  identity["settings"].erase("seeds.init");
  identity["settings"].erase("seeds.order");
  identity["settings"]["seeds.g"] = config.integer("seeds.g");
  return identity;
}

Json trial_identity(const Config& resolved, const LoadedData& data, const Json& g,
                    const std::string& start_sha256) {
  Json identity = common_identity("trial", data);
  identity["settings"] = acting_settings(resolved, find_method(resolved.text("method")));
  if (!g.is_null()) identity["g"] = g;
  if (!start_sha256.empty()) identity["start"] = start_sha256;
  return identity;
}

}  // namespace m2m

#include "train/study_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string_view>

#include "core/error.hpp"
#include "data/data_set.hpp"
#include "methods/registry.hpp"
#include "train/settings.hpp"

namespace m2m {
namespace {

void set_if_absent(Config& config, const std::string& name, const Json& value) {
  if (!config.has(name)) config.set(name, value);
}

void derive_seeds(Config& config) {
  for (const char* name : {"seeds.subset", "seeds.init", "seeds.order", "seeds.plan", "seeds.g"}) {
    set_if_absent(config, name, config.integer("seed"));
  }
}

/// Shortened schedules keep the shape of 200 epochs: 5, 160, 160 and 180 of them.
void derive_schedule(Config& config) {
  const auto epochs = static_cast<double>(config.integer("train.epochs"));
  const auto share = [epochs](double fraction) { return std::llround(fraction * epochs); };
  set_if_absent(config, "train.warmup", share(0.025));
  set_if_absent(config, "train.lr_drops",
                std::vector<double>{static_cast<double>(share(0.8)), static_cast<double>(share(0.9))});
  set_if_absent(config, "train.defer_until", share(0.8));
}

void derive_protocol(Config& config) {
  const bool code = config.text("protocol") == "code";
  set_if_absent(config, "m2m.seed_by", code ? "sample" : "class");
  set_if_absent(config, "m2m.gamma_test", code ? "probability" : "cross-entropy");
}

void check_epochs(const Config& config, const Method& method) {
  const std::int64_t epochs = config.integer("train.epochs");
  const std::int64_t defer = config.integer("train.defer_until");
  if (is_deferred(method) && defer >= epochs) {
    throw usage_error(fmt::format("train.defer_until = {} is not before train.epochs = {}: {} would never begin",
                                  defer, epochs, method.name));
  }
  const std::int64_t start = config.integer("train.start_epoch");
  if (start >= epochs) {
    throw usage_error(fmt::format(
        "train.start_epoch = {} is not before train.epochs = {}: nothing would be trained", start, epochs));
  }
  if (start > 0 && config.text("train.start_from").empty()) {
    throw usage_error(
        fmt::format("train.start_epoch = {} needs a checkpoint to start from: say train.start_from", start));
  }
  if (config.integer("train.warmup") > epochs) {
    throw usage_error(
        fmt::format("train.warmup = {} is longer than train.epochs = {}", config.integer("train.warmup"), epochs));
  }
}

void check_gamma(const Config& config) {
  if (config.text("m2m.gamma_test") == "probability" && config.number("m2m.gamma") > 1) {
    throw usage_error(fmt::format("m2m.gamma = {}: no probability is above 1, every translation would be refused",
                                  config.number("m2m.gamma")));
  }
}

}  // namespace

std::vector<Field> study_fields() {
  std::vector<Field> fields;
  for (auto rows : {method_fields(), train_fields(), data_fields()}) {
    fields.insert(fields.end(), rows.begin(), rows.end());
  }
  return fields;
}

Config resolve(const Config& given) {
  const std::vector<Field> fields = study_fields();
  Config config = with_defaults(given, fields);
  if (!config.has("method")) {
    throw usage_error(fmt::format("method: none is given; say one of {}", fmt::join(method_names(), ", ")));
  }
  config = derive_data_settings(std::move(config));
  derive_seeds(config);
  derive_schedule(config);
  derive_protocol(config);
  check_epochs(config, find_method(config.text("method")));
  check_gamma(config);
  return config;
}

}  // namespace m2m

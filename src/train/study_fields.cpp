#include "train/study_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/error.hpp"
#include "data/data_set.hpp"
#include "methods/mixing.hpp"
#include "methods/recipe.hpp"
#include "methods/registry.hpp"
#include "train/identity.hpp"
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
  set_if_absent(config, "weights.beta", code ? 0.999 : 0.9999);
}

void check_epochs(const Config& config) {
  const std::int64_t epochs = config.integer("train.epochs");
  const std::int64_t defer = config.integer("train.defer_until");
  if (is_deferred(recipe_of(config)) && defer >= epochs) {
    throw usage_error(fmt::format("train.defer_until = {} is not before train.epochs = {}: {} would never begin",
                                  defer, epochs, config.text("method")));
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

/// A g that is brought was trained before, so nothing can be said of how.
void check_brought_g(const Config& config) {
  if (config.text("m2m.g_from").empty()) return;
  const Json unsaid = {
      {"m2m.g_method", "ERM"}, {"m2m.g_data", "same"}, {"m2m.g_precision", nullptr}, {"m2m.g_stop", nullptr}};
  for (const auto& [name, standard] : unsaid.items()) {
    if (!config.has(name) || config.json().at(name) == standard) continue;
    throw usage_error(fmt::format("{}: says how the sweep trains g, and m2m.g_from brings one: keep one", name));
  }
}

/// How g is trained, where a recipe translates.
void check_g(const Config& config) {
  if (!recipe_of(config).translates) return;
  check_brought_g(config);
  const std::string method = config.text("m2m.g_method");
  const std::vector<std::string> known = method_names();
  if (std::count(known.begin(), known.end(), method) == 0) {
    throw usage_error(fmt::format("m2m.g_method = '{}': expected one of {}", method, fmt::join(known, ", ")));
  }
  const Config g = g_config(config);
  const Recipe recipe = recipe_of(g);
  if (recipe.translates || !recipe.start.empty() || recipe.head == HeadKind::cosine) {
    throw usage_error(fmt::format(
        "m2m.g_method = '{}': g is trained by one stage, without translation, and has a linear head", method));
  }
  if (is_deferred(recipe) && config.integer("train.defer_until") >= g.integer("train.epochs")) {
    throw usage_error(fmt::format("m2m.g_stop = {} is not after train.defer_until = {}: {} would never begin",
                                  g.integer("train.epochs"), config.integer("train.defer_until"), method));
  }
  if (config.integer("train.epochs") < g.integer("train.epochs")) {
    throw usage_error(fmt::format("m2m.g_stop = {}: the schedule has {} epochs", g.integer("train.epochs"),
                                  config.integer("train.epochs")));
  }
  if (config.text("m2m.g_data") == "balanced" && config.text("data.imbalance") == "own") {
    throw usage_error(fmt::format("m2m.g_data = 'balanced': {} comes as it is, and has no balanced full set",
                                  config.text("data.set")));
  }
}

/// A second stage, and a post-hoc method, begin from a method that trains everything.
void check_start(const Config& config) {
  const Recipe recipe = recipe_of(config);
  if (recipe.start.empty()) return;
  const std::vector<std::string> known = method_names();
  if (std::count(known.begin(), known.end(), recipe.start) == 0) {
    throw usage_error(fmt::format("recipe.start = '{}': expected one of {}", recipe.start, fmt::join(known, ", ")));
  }
  const Recipe base = recipe_of(with_method(config, recipe.start));
  if (!base.start.empty()) {
    throw usage_error(
        fmt::format("recipe.start = '{}': that one begins from a trial itself; say one that trains "
                    "everything, ERM for one",
                    recipe.start));
  }
  if (recipe.post_hoc == PostHoc::tau_normalisation && base.head == HeadKind::cosine) {
    throw usage_error(fmt::format(
        "recipe.start = '{}': its class vectors have length 1 already; tau-normalisation needs a linear head",
        recipe.start));
  }
  if (!recipe.trains() && !config.has("post_hoc.tau") && config.text("data.validation") == "none") {
    throw usage_error("post_hoc.tau: nothing validates (data.validation = 'none'), so say which to take");
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
  if (!given.has("method")) {
    throw usage_error(fmt::format("method: none is given; say one of {}", fmt::join(method_names(), ", ")));
  }
  const std::vector<Field> fields = study_fields();
  Config config = with_defaults(with_recipe(given), fields);
  config = derive_data_settings(std::move(config));
  derive_seeds(config);
  derive_schedule(config);
  derive_mixing(config);
  derive_protocol(config);
  check_recipe(config);
  check_start(config);
  check_epochs(config);
  check_gamma(config);
  check_g(config);
  return config;
}

}  // namespace m2m

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

namespace m2m::settings {
namespace {

void set_if_absent(Config& config, const std::string& name, const Json& value) {
  if (!config.has(name)) config.set(name, value);
}

void derive_seeds(Config& config) {
  for (const char* name : {"seeds.subset", "seeds.init", "seeds.order", "seeds.plan", "seeds.g"}) {
    set_if_absent(config, name, config.integer("seed"));
  }
}

/// Shortened schedules keep the shape of 200 epochs: 5, 160, 160 and 180 of them. In one or two epochs the last one
/// is re-balanced.
void derive_schedule(Config& config) {
  const auto epochs = static_cast<double>(config.integer("train.epochs"));
  const auto share = [epochs](double fraction) { return std::llround(fraction * epochs); };
  set_if_absent(config, "train.warmup", share(0.025));
  set_if_absent(config, "train.lr_drops",
                std::vector<double>{static_cast<double>(share(0.8)), static_cast<double>(share(0.9))});
  set_if_absent(config, "train.defer_until",
                std::min<std::int64_t>(share(0.8), config.integer("train.epochs") - 1));
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
    throw usage_error(
        fmt::format("train.defer_until = {} is not before train.epochs = {}: {} would never begin; set "
                    "train.defer_until to at most {}, or train.epochs to at least {}",
                    defer, epochs, config.text("method"), epochs - 1, defer + 1));
  }
  const std::int64_t start = config.integer("train.start_epoch");
  if (start >= epochs) {
    throw usage_error(
        fmt::format("train.start_epoch = {} is not before train.epochs = {}: nothing would be trained; set "
                    "train.start_epoch to at most {}, or train.epochs to at least {}",
                    start, epochs, epochs - 1, start + 1));
  }
  if (start > 0 && config.text("train.start_from").empty()) {
    throw usage_error(
        fmt::format("train.start_epoch = {} needs a checkpoint to start from; set train.start_epoch = 0, or "
                    "train.start_from to a file",
                    start));
  }
  if (config.integer("train.warmup") > epochs) {
    throw usage_error(
        fmt::format("train.warmup = {0} is longer than train.epochs = {1}; set train.warmup to at most {1}, or "
                    "train.epochs to at least {0}",
                    config.integer("train.warmup"), epochs));
  }
}

void check_gamma(const Config& config) {
  if (config.text("m2m.gamma_test") == "probability" && config.number("m2m.gamma") > 1) {
    throw usage_error(
        fmt::format("m2m.gamma = {}: no probability is above 1, so every translation would be refused; "
                    "set m2m.gamma to at most 1, or m2m.gamma_test = 'cross-entropy'",
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
    throw usage_error(fmt::format(
        "{0}: says how the sweep trains g, and m2m.g_from brings one; set m2m.g_from = '', or leave {0} out",
        name));
  }
}

/// One stage, without translation, with a linear head.
bool can_train_g(const Recipe& recipe) {
  return !recipe.translates && recipe.start.empty() && recipe.head == HeadKind::linear;
}

std::vector<std::string> methods_for_g(const Config& config) {
  std::vector<std::string> names = method_names();
  std::erase_if(names, [&](const std::string& name) { return !can_train_g(recipe_of(with_method(config, name))); });
  return names;
}

void check_deferral_of_g(const Config& config, const Config& g) {
  const std::int64_t defer = config.integer("train.defer_until"), epochs = g.integer("train.epochs");
  if (!is_deferred(recipe_of(g)) || defer < epochs) return;
  const std::string stop =
      config.has("m2m.g_stop") ? fmt::format("m2m.g_stop = {}", epochs) : fmt::format("train.epochs = {}", epochs);
  throw usage_error(
      fmt::format("{} is not after train.defer_until = {}: {}, which trains g, would never begin; set "
                  "train.defer_until to at most {}, or m2m.g_method = 'ERM'",
                  stop, defer, config.text("m2m.g_method"), epochs - 1));
}

/// How g is trained, where a recipe translates.
void check_g(const Config& config) {
  if (!recipe_of(config).translates) return;
  check_brought_g(config);
  const std::string method = config.text("m2m.g_method");
  const std::vector<std::string> known = method_names();
  const bool is_known = std::count(known.begin(), known.end(), method) > 0;
  if (!is_known || !can_train_g(recipe_of(with_method(config, method)))) {
    throw usage_error(
        fmt::format("m2m.g_method = '{}': g is trained in one stage, without translation, with a linear "
                    "head; set m2m.g_method = 'ERM' or another of {}",
                    method, fmt::join(methods_for_g(config), ", ")));
  }
  const Config g = g_config(config);
  if (config.integer("train.epochs") < g.integer("train.epochs")) {
    throw usage_error(
        fmt::format("m2m.g_stop = {0} is beyond train.epochs = {1}; set m2m.g_stop to at most {1}, or "
                    "train.epochs to at least {0}",
                    g.integer("train.epochs"), config.integer("train.epochs")));
  }
  check_deferral_of_g(config, g);
  if (config.text("m2m.g_data") == "balanced" && config.text("data.imbalance") == "own") {
    throw usage_error(fmt::format(
        "m2m.g_data = 'balanced': data.imbalance is 'own', so {} is not cut from a balanced full set; set "
        "m2m.g_data = 'same'",
        config.text("data.set")));
  }
}

/// A second stage, and a post-hoc method, begin from a method that trains everything.
void check_start(const Config& config) {
  const Recipe recipe = recipe_of(config);
  if (recipe.start.empty()) return;
  const std::vector<std::string> known = method_names();
  if (std::count(known.begin(), known.end(), recipe.start) == 0) {
    throw usage_error(
        fmt::format("recipe.start = '{}': no method has that name; set recipe.start = 'ERM' or another of {}",
                    recipe.start, fmt::join(known, ", ")));
  }
  const Recipe base = recipe_of(with_method(config, recipe.start));
  if (!base.start.empty()) {
    throw usage_error(
        fmt::format("recipe.start = '{}': that method begins from a trial too; set recipe.start = 'ERM' or another "
                    "method that trains everything",
                    recipe.start));
  }
  if (recipe.post_hoc == PostHoc::tau_normalisation && base.head == HeadKind::cosine) {
    throw usage_error(
        fmt::format("recipe.start = '{}': its class vectors have length 1 already, and tau-normalisation needs a "
                    "linear head; set "
                    "recipe.start = 'ERM' or another method with one",
                    recipe.start));
  }
  if (!recipe.trains() && !config.has("post_hoc.tau") && config.text("data.validation") == "none") {
    throw usage_error(
        "post_hoc.tau: no validation set chooses it (data.validation = 'none'); set post_hoc.tau = 1 or another "
        "value");
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
    throw usage_error(
        fmt::format("method: none is given; set method = 'ERM' or another of {}", fmt::join(method_names(), ", ")));
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

}  // namespace m2m::settings

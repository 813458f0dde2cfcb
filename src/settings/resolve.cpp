#include "settings/resolve.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "settings/data_settings.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/sharpness_settings.hpp"
#include "settings/table.hpp"

namespace m2m::settings {
namespace {

void set_if_absent(Config& config, const std::string& name, const Json& value) {
  if (!config.has(name)) config.set(name, value);
}

bool has_value(const Config& config, const std::string& name, const Json& value) {
  return config.has(name) && config.json().at(name) == value;
}

/// The default of a setting of the recipe: plain training. The head follows the loss.
std::string recipe_default(const std::string& name, const Config& config) {
  if (name == "recipe.loss") return to_text(Loss::cross_entropy);
  if (name != "recipe.head") {
    static const Json plain = {{"recipe.rebalance", to_text(Rebalance{})},
                               {"recipe.sampling", to_text(Sampling{})},
                               {"recipe.class_weights", to_text(ClassWeights{})},
                               {"recipe.translate", to_text(Translate{})},
                               {"recipe.mixing", to_text(Mixing{})},
                               {"recipe.start", ""},
                               {"recipe.train", to_text(Trainable{})},
                               {"recipe.post_hoc", to_text(PostHoc{})},
                               {"recipe.experts", to_text(Experts{})},
                               {"recipe.noise_images", to_text(NoiseImages{})}};
    return plain.at(name).get<std::string>();
  }
  const bool needs_cosines = facts_of(parse_word<Loss>(config.text("recipe.loss"))).needs_cosines;
  return to_text(needs_cosines ? HeadKind::cosine : HeadKind::linear);
}

void derive_seeds(Config& config) {
  for (const Setting& setting : all_settings()) {
    if (setting.traits.seed) set_if_absent(config, setting.name, config.integer("seed"));
  }
}

/// Scales the schedule of 200 epochs (warm-up 5, deferral and drops 160, 160 and 180) to train.epochs. In one or
/// two epochs the last one is re-balanced.
void derive_schedule(Config& config) {
  const auto epochs = static_cast<double>(config.integer("train.epochs"));
  const auto share = [epochs](double fraction) { return std::llround(fraction * epochs); };
  set_if_absent(config, "train.warmup", share(0.025));
  set_if_absent(config, "train.lr_drops",
                std::vector<double>{static_cast<double>(share(0.8)), static_cast<double>(share(0.9))});
  set_if_absent(config, "train.defer_until",
                std::min<std::int64_t>(share(0.8), config.integer("train.epochs") - 1));
}

/// Epochs of the stage that CMO mixes in: a second stage that does not mix hands its span on to its base trial.
int mixed_epochs(const Config& config) {
  const bool is_own = parse_word<Mixing>(config.text("recipe.mixing")) == Mixing::cmo;
  return is_own ? trained_epochs(config) : static_cast<int>(config.integer("train.epochs"));
}

/// First epoch of CMO, and the first one after it: 4 and 197 of 200.
std::pair<std::int64_t, std::int64_t> default_cmo_span(const Config& config) {
  const double epochs = mixed_epochs(config);
  return {std::llround(0.02 * epochs), std::llround(0.985 * epochs)};
}

void derive_cmo(Config& config) {
  const auto [from, until] = default_cmo_span(config);
  set_if_absent(config, "cmo.from", from);
  set_if_absent(config, "cmo.until", until);
}

/// Clears the ends of CMO's span that are defaults: a stage of other epochs has others.
void clear_default_cmo(Config& config) {
  const auto [from, until] = default_cmo_span(config);
  if (has_value(config, "cmo.from", from)) config.set("cmo.from", nullptr);
  if (has_value(config, "cmo.until", until)) config.set("cmo.until", nullptr);
}

void derive_protocol(Config& config) {
  const bool code = parse_word<Protocol>(config.text("protocol")) == Protocol::code;
  set_if_absent(config, "m2m.seed_by", to_text(code ? SeedBy::sample : SeedBy::class_first));
  set_if_absent(config, "m2m.gamma_test", to_text(code ? GammaTest::probability : GammaTest::cross_entropy));
  set_if_absent(config, "weights.beta", code ? 0.999 : 0.9999);
}

/// The radii of the authors' programs.
void derive_sharpness(Config& config) {
  set_if_absent(config, "sam.rho", has_value(config, &SharpnessSettings::kind, Sharpness::asam) ? 0.5 : 0.05);
}

/// Replaces values that only the method has set by their defaults.
void clear_method_settings(const Method& method, Config& config) {
  for (const auto& [name, value] : method.sets.items()) {
    if (has_value(config, name, value)) config.set(name, row_of(name).default_value);
  }
}

std::string phase_line(const Config& config) {
  const Recipe recipe = read<Recipe>(config);
  if (recipe.rebalance == Rebalance::never) return "";
  std::string line = recipe.rebalance == Rebalance::deferred ? "  from train.defer_until:" : "  from epoch 0:";
  if (recipe.sampling != Sampling::permutation) line += " " + to_text(recipe.sampling) + " sampling";
  if (recipe.class_weights != ClassWeights::none) line += " class weights by " + to_text(recipe.class_weights);
  if (recipe.translates()) line += ", slots of rare classes filled with translated images";
  if (recipe.adds_noise()) line += ", slots of rare classes filled with images of noise";
  return line + "\n";
}

}  // namespace

Config with_data_set(Config config) {
  const DataSetFacts& facts = find_data_set(config.text("data.set"));
  set_if_absent(config, "data.imbalance", to_text(facts.imbalance));
  set_if_absent(config, "data.validation", to_text(facts.validation));
  set_if_absent(config, "train.network", facts.network);
  return config;
}

Config with_recipe(Config config) {
  for (const auto& [name, value] : find_method(config.text("method")).sets.items())
    set_if_absent(config, name, value);
  for (const Row<Recipe>& row : rows<Recipe>()) {
    const std::string& name = row.setting().name;
    if (is_of_recipe(name) && !config.has(name)) config.set(name, recipe_default(name, config));
  }
  return config;
}

Config with_method(Config config, const std::string& name) {
  const bool is_resolved = config.has("cmo.from") && config.has("cmo.until");
  if (is_resolved) clear_default_cmo(config);
  if (config.has("method")) clear_method_settings(find_method(config.text("method")), config);
  config.set("method", name);
  for (const auto& [key, value] : find_method(name).sets.items()) {
    if (has_value(config, key, row_of(key).default_value)) config.set(key, nullptr);
  }
  for (const Row<Recipe>& row : rows<Recipe>()) {
    if (is_of_recipe(row.setting().name)) config.set(row.setting().name, nullptr);
  }
  config = with_recipe(std::move(config));
  if (is_resolved) derive_cmo(config);
  return config;
}

Config g_config(const Config& resolved) {
  const auto m2m = read<M2mSettings>(resolved);
  Config config = with_method(resolved, m2m.g_method);
  if (m2m.g_network) config.set("train.network", *m2m.g_network);
  if (m2m.g_precision) config.set("train.precision", to_text(*m2m.g_precision));
  if (m2m.g_stop) config.set("train.epochs", *m2m.g_stop);
  if (m2m.g_data == GData::balanced) {
    config.set("data.imbalance", to_text(Imbalance::none));
    config.set("data.largest", 0);
  }
  config.set("train.start_from", "");
  config.set("train.start_epoch", 0);
  return config;
}

std::string describe_method(const std::string& name) {
  const Method& method = find_method(name);
  const Config config = with_method({}, name);
  const Recipe recipe = read<Recipe>(config);
  std::string text = fmt::format("{}: {}\n  source: {}\n", method.name, method.about, method.source);
  if (!recipe.start.empty()) text += fmt::format("  starts from a finished trial of {}\n", recipe.start);
  if (recipe.trains()) {
    text += fmt::format("  loss: {}: {}; head: {}\n", to_text(recipe.loss), facts_of(recipe.loss).about,
                        to_text(recipe.head));
    text += phase_line(config);
  }
  for (const auto& [key, value] : method.sets.items()) text += fmt::format("  {} = {}\n", key, value.dump());
  return text;
}

Config resolve(const Config& given) {
  if (!given.has("method")) {
    throw usage_error(
        fmt::format("method: missing; set method = 'ERM' or another of {}", fmt::join(method_names(), ", ")));
  }
  Config config = with_defaults(with_recipe(given), all_settings());
  config = with_data_set(std::move(config));
  derive_seeds(config);
  derive_schedule(config);
  derive_cmo(config);
  derive_protocol(config);
  derive_sharpness(config);
  check(config);
  return config;
}

}  // namespace m2m::settings

// Checks that settings do not contradict each other.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "settings/augment_settings.hpp"
#include "settings/data_settings.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {
namespace {

bool has_rebalancing_target(const Recipe& recipe) {
  return recipe.sampling != Sampling::permutation || recipe.class_weights != ClassWeights::none ||
         recipe.translates() || recipe.adds_noise();
}

void check_rebalancing(const Config& resolved, const Recipe& recipe) {
  if (recipe.rebalance != Rebalance::never && !has_rebalancing_target(recipe)) {
    throw usage_error(fmt::format(
        "recipe.rebalance = '{}': no re-balancing is chosen; set recipe.rebalance = 'never', or recipe.sampling, "
        "recipe.class_weights, recipe.translate or recipe.noise_images",
        resolved.text("recipe.rebalance")));
  }
  if (recipe.rebalance != Rebalance::never) return;
  for (const char* name : {"recipe.sampling", "recipe.class_weights", "recipe.translate", "recipe.noise_images"}) {
    const std::string value = resolved.text(name);
    if (value == "plain" || value == "none") continue;
    throw usage_error(
        fmt::format("{} = '{}' would never take effect: recipe.rebalance is 'never'; set recipe.rebalance = "
                    "'at-once' or 'deferred'",
                    name, value));
  }
}

void check_loss(const Recipe& recipe) {
  if (facts_of(recipe.loss).needs_cosines && recipe.head != HeadKind::cosine) {
    throw usage_error(fmt::format("recipe.loss = '{}' is defined on cosines only; set recipe.head = 'cosine'",
                                  to_text(recipe.loss)));
  }
}

void check_start(const Config& resolved, const Recipe& recipe) {
  const bool needs_start = recipe.is_second_stage() || !recipe.trains();
  if (needs_start && recipe.start.empty()) {
    throw usage_error(
        "recipe.start: a second stage or post-hoc method starts from a finished trial; set recipe.start = 'ERM' or "
        "another method that trains everything");
  }
  if (!needs_start && !recipe.start.empty()) {
    throw usage_error(
        fmt::format("recipe.start = '{}': a method that trains everything has no base trial; set recipe.start = "
                    "'', or recipe.train = 'head', or recipe.post_hoc",
                    recipe.start));
  }
  if (recipe.is_second_stage() && !recipe.trains()) {
    throw usage_error(
        fmt::format("recipe.post_hoc = '{}' trains nothing, but recipe.train = '{}' trains; set recipe.post_hoc = "
                    "'none', or recipe.train = 'everything'",
                    resolved.text("recipe.post_hoc"), resolved.text("recipe.train")));
  }
  if (recipe.is_second_stage() && recipe.rebalance == Rebalance::deferred) {
    throw usage_error(
        "recipe.rebalance = 'deferred': a second stage has no deferral; set recipe.rebalance = 'at-once'");
  }
  if (recipe.is_second_stage() && recipe.translates()) {
    throw usage_error("recipe.translate = 'm2m': a second stage does not translate; set recipe.translate = 'none'");
  }
}

void check_deferral(const Config& config) {
  const std::int64_t epochs = config.integer("train.epochs");
  const std::int64_t defer = config.integer("train.defer_until");
  if (!read<Recipe>(config).is_deferred() || defer < epochs) return;
  throw usage_error(
      fmt::format("train.defer_until = {} is not before train.epochs = {}: {} would never begin; set "
                  "train.defer_until to at most {}, or train.epochs to at least {}",
                  defer, epochs, config.text("method"), epochs - 1, defer + 1));
}

void check_epochs(const Config& config) {
  check_deferral(config);
  const std::int64_t epochs = config.integer("train.epochs");
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
        fmt::format("m2m.gamma = {}: no probability is above 1, so no translation would pass the gamma test; "
                    "set m2m.gamma to at most 1, or m2m.gamma_test = 'cross-entropy'",
                    config.number("m2m.gamma")));
  }
}

/// An external g is already trained; settings about its training are refused.
void check_external_g(const Config& config) {
  if (config.text("m2m.g_from").empty()) return;
  const Json must_be_default = {
      {"m2m.g_method", "ERM"}, {"m2m.g_data", "same"}, {"m2m.g_precision", nullptr}, {"m2m.g_stop", nullptr}};
  for (const auto& [name, default_value] : must_be_default.items()) {
    if (!config.has(name) || config.json().at(name) == default_value) continue;
    throw usage_error(fmt::format(
        "{0}: conflicts with m2m.g_from: {0} trains g, m2m.g_from loads one; set m2m.g_from = '', or remove {0}",
        name));
  }
}

/// True if g can be trained by the recipe: one stage, without translation, with a linear head.
bool can_train_g(const Recipe& recipe) {
  return !recipe.translates() && recipe.start.empty() && recipe.head == HeadKind::linear;
}

std::vector<std::string> methods_for_g(const Config& config) {
  std::vector<std::string> names = method_names();
  std::erase_if(names,
                [&](const std::string& name) { return !can_train_g(read<Recipe>(with_method(config, name))); });
  return names;
}

void check_deferral_of_g(const Config& config, const Config& g) {
  const std::int64_t defer = config.integer("train.defer_until"), epochs = g.integer("train.epochs");
  if (!read<Recipe>(g).is_deferred() || defer < epochs) return;
  const std::string stop =
      config.has("m2m.g_stop") ? fmt::format("m2m.g_stop = {}", epochs) : fmt::format("train.epochs = {}", epochs);
  throw usage_error(
      fmt::format("{} is not after train.defer_until = {}: {}, which trains g, would never begin; set "
                  "train.defer_until to at most {}, or m2m.g_method = 'ERM'",
                  stop, defer, config.text("m2m.g_method"), epochs - 1));
}

/// Checks the training of g, if the recipe translates.
void check_g(const Config& config) {
  if (!read<Recipe>(config).translates()) return;
  check_external_g(config);
  const std::string method = config.text("m2m.g_method");
  const std::vector<std::string> known = method_names();
  const bool is_known = std::count(known.begin(), known.end(), method) > 0;
  if (!is_known || !can_train_g(read<Recipe>(with_method(config, method)))) {
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

/// Checks that what a post-hoc method takes from validation can be taken.
void check_validation(const Config& config, const Recipe& recipe) {
  if (recipe.trains() || config.text("data.validation") != "none") return;
  const bool is_temperature = recipe.post_hoc == PostHoc::temperature;
  const std::string name = is_temperature ? "post_hoc.temperature" : "post_hoc.tau";
  if (config.has(name)) return;
  throw usage_error(fmt::format(
      "{0}: there is no validation set to {1} it (data.validation = 'none'); set {0} = 1 or another value", name,
      is_temperature ? "fit" : "choose"));
}

/// Checks the base of a second stage or post-hoc method: a method that trains everything.
void check_start(const Config& config) {
  const Recipe recipe = read<Recipe>(config);
  if (recipe.start.empty()) return;
  const std::vector<std::string> known = method_names();
  if (std::count(known.begin(), known.end(), recipe.start) == 0) {
    throw usage_error(
        fmt::format("recipe.start = '{}': no method has that name; set recipe.start = 'ERM' or another of {}",
                    recipe.start, fmt::join(known, ", ")));
  }
  const Recipe base = read<Recipe>(with_method(config, recipe.start));
  if (!base.start.empty()) {
    throw usage_error(fmt::format(
        "recipe.start = '{}': that method starts from another trial itself; set recipe.start = 'ERM' or another "
        "method that trains everything",
        recipe.start));
  }
  if (recipe.post_hoc == PostHoc::tau_normalisation && base.head == HeadKind::cosine) {
    throw usage_error(fmt::format(
        "recipe.start = '{}': its class vectors have length 1, and tau-normalisation needs a linear head; set "
        "recipe.start = 'ERM' or another method with one",
        recipe.start));
  }
  check_validation(config, recipe);
}

/// Checks the settings of a second stage against its base.
void check_second_stage(const Config& config) {
  const Recipe recipe = read<Recipe>(config);
  if (!recipe.is_second_stage()) return;
  const HeadKind of_base = read<Recipe>(with_method(config, recipe.start)).head;
  if (recipe.head != of_base) {
    const std::string another_start = "recipe.start = 'LDAM' or another method with a cosine head";
    const std::string another_head = fmt::format("recipe.head = '{}'", to_text(of_base));
    const bool needs_cosines = facts_of(recipe.loss).needs_cosines;
    throw usage_error(fmt::format("recipe.head = '{}': the base trial has a {} head (recipe.start = '{}'); set {}",
                                  to_text(recipe.head), to_text(of_base), recipe.start,
                                  of_base == HeadKind::cosine
                                      ? another_head
                                      : (needs_cosines ? another_start : another_head + ", or " + another_start)));
  }
  const bool has_max_norm = config.has("second.max_norm") && acts(row_of("second.max_norm"), config);
  if (recipe.head == HeadKind::cosine && has_max_norm) {
    throw usage_error(fmt::format(
        "second.max_norm = {}: the lengths of class vectors do not matter to cosines; set recipe.start = 'ERM' and "
        "recipe.head = 'linear'",
        config.number("second.max_norm")));
  }
}

void check_erasing(const Config& config) {
  const auto augment = read<AugmentSettings>(config);
  if (augment.erasing == 0 || augment.erasing_min_area <= augment.erasing_max_area) return;
  throw usage_error(
      fmt::format("augment.erasing_min_area = {0} is above augment.erasing_max_area = {1}; set "
                  "augment.erasing_min_area to at most {1}, or augment.erasing_max_area to at least {0}",
                  augment.erasing_min_area, augment.erasing_max_area));
}

}  // namespace

void check_recipe(const Config& resolved) {
  const Recipe recipe = read<Recipe>(resolved);
  check_start(resolved, recipe);
  if (!recipe.trains()) return;
  check_rebalancing(resolved, recipe);
  check_loss(recipe);
  if (recipe.translates() && recipe.mixing != Mixing::none) {
    throw usage_error(
        fmt::format("recipe.mixing = '{}' and recipe.translate = 'm2m': their order is not defined; set "
                    "recipe.mixing = 'none', or recipe.translate = 'none'",
                    resolved.text("recipe.mixing")));
  }
  if (recipe.mixing == Mixing::head_to_tail && !recipe.is_second_stage()) {
    throw usage_error(fmt::format(
        "recipe.mixing = '{}': mixes the frozen features of a second stage; set recipe.mixing = 'none', or "
        "recipe.train = 'base-head' and recipe.start = 'ERM'",
        to_text(recipe.mixing)));
  }
}

namespace {

/// Checks what is trained for a trial besides its own network: a base trial, with its g, and a g.
void check_needed_trials(const Config& resolved) {
  const auto recipe = read<Recipe>(resolved);
  if (recipe.translates()) {
    check_experts(g_config(resolved));
    check_loss_over_batch(g_config(resolved));
  }
  if (recipe.start.empty()) return;
  const Config base = with_method(resolved, recipe.start);
  check_deferral(base);
  check_g(base);
  check_training(base);
  check_experts(base);
  check_loss_over_batch(base);
  if (read<Recipe>(base).translates()) {
    check_experts(g_config(base));
    check_loss_over_batch(g_config(base));
  }
}

}  // namespace

void check(const Config& resolved) {
  check_recipe(resolved);
  check_start(resolved);
  check_second_stage(resolved);
  check_epochs(resolved);
  check_gamma(resolved);
  check_g(resolved);
  check_training(resolved);
  check_experts(resolved);
  check_loss_over_batch(resolved);
  check_noise_images(resolved);
  check_needed_trials(resolved);
  check_erasing(resolved);
}

}  // namespace m2m::settings

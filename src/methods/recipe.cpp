#include "methods/recipe.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "methods/losses.hpp"

namespace m2m::settings {
namespace {

bool changes_anything(const Recipe& recipe) {
  return recipe.sampling != Sampling::permutation || recipe.class_weights != ClassWeights::none ||
         recipe.translates;
}

void check_rebalancing(const Config& resolved, const Recipe& recipe) {
  if (recipe.rebalance != Rebalance::never && !changes_anything(recipe)) {
    throw usage_error(fmt::format(
        "recipe.rebalance = '{}': nothing says how; set recipe.rebalance = 'never', or recipe.sampling, "
        "recipe.class_weights or recipe.translate",
        resolved.text("recipe.rebalance")));
  }
  if (recipe.rebalance != Rebalance::never) return;
  for (const char* name : {"recipe.sampling", "recipe.class_weights", "recipe.translate"}) {
    const std::string value = resolved.text(name);
    if (value == "plain" || value == "none") continue;
    throw usage_error(fmt::format(
        "{} = '{}' would never begin: recipe.rebalance is 'never'; set recipe.rebalance = 'at-once' or 'deferred'",
        name, value));
  }
}

void check_loss(const Recipe& recipe) {
  if (needs_cosines(recipe.loss) && recipe.head != HeadKind::cosine) {
    throw usage_error(
        fmt::format("recipe.loss = '{}' takes margins off cosines; set recipe.head = 'cosine'", recipe.loss));
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
        fmt::format("recipe.start = '{}': a method that trains everything starts from no trial; set recipe.start = "
                    "'', or recipe.train = 'head', or recipe.post_hoc",
                    recipe.start));
  }
  if (recipe.is_second_stage() && !recipe.trains()) {
    throw usage_error(
        fmt::format("recipe.post_hoc = '{}' trains nothing, recipe.train = '{}' does; set recipe.post_hoc = "
                    "'none', or recipe.train = 'everything'",
                    resolved.text("recipe.post_hoc"), resolved.text("recipe.train")));
  }
  if (recipe.is_second_stage() && recipe.rebalance == Rebalance::deferred) {
    throw usage_error("recipe.rebalance = 'deferred': a second stage is short; set recipe.rebalance = 'at-once'");
  }
  if (recipe.is_second_stage() && recipe.translates) {
    throw usage_error(
        "recipe.translate = 'm2m': a second stage trains on samples as they are; set recipe.translate = 'none'");
  }
}

}  // namespace

void check_recipe(const Config& resolved) {
  const Recipe recipe = recipe_of(resolved);
  check_start(resolved, recipe);
  if (!recipe.trains()) return;
  check_rebalancing(resolved, recipe);
  check_loss(recipe);
  if (recipe.translates && recipe.mixing != Mixing::none) {
    throw usage_error(
        fmt::format("recipe.mixing = '{}' and recipe.translate = 'm2m': their order is not defined; set "
                    "recipe.mixing = 'none', or "
                    "recipe.translate = 'none'",
                    resolved.text("recipe.mixing")));
  }
}

bool is_deferred(const Recipe& recipe) { return recipe.trains() && recipe.rebalance == Rebalance::deferred; }

Phase phase_at(const Recipe& recipe, int epoch, int defer_until) {
  const bool is_rebalanced =
      recipe.rebalance == Rebalance::at_once || (recipe.rebalance == Rebalance::deferred && epoch >= defer_until);
  if (!is_rebalanced) return {};
  return {recipe.sampling, recipe.class_weights, recipe.translates};
}

bool draws_from_plan(const Recipe& recipe) {
  return recipe.trains() &&
         (recipe.sampling != Sampling::permutation || recipe.translates || recipe.mixing != Mixing::none);
}

Config before_rebalancing(Config resolved) {
  resolved.set("recipe.rebalance", "never");
  resolved.set("recipe.sampling", "plain");
  resolved.set("recipe.class_weights", "none");
  resolved.set("recipe.translate", "none");
  return resolved;
}

}  // namespace m2m::settings

namespace m2m::methods {

std::vector<double> class_weights_of(settings::ClassWeights kind, double beta, const ClassCounts& counts) {
  if (kind == settings::ClassWeights::inverse) return inverse_weights(counts);
  if (kind == settings::ClassWeights::effective) return effective_number_weights(counts, beta);
  return std::vector<double>(counts.size(), 1.0);
}

}  // namespace m2m::methods

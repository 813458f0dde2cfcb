#pragma once
// A recipe: every choice that a method consists of, as settings (recipe.*), so that any can be combined with any.
#include <string>

#include "settings/words.hpp"

namespace m2m::settings {

struct Recipe {
  std::string method;  // of which it is the recipe, changed or not
  Loss loss{};
  HeadKind head{};
  Rebalance rebalance{};
  Sampling sampling{};
  ClassWeights class_weights{};
  Translate translate{};
  Mixing mixing{};
  std::string start;  // the method of the trial it begins from; empty: from an initialisation
  Trainable train{};
  PostHoc post_hoc{};

  bool translates() const { return translate == Translate::m2m; }
  bool trains() const { return post_hoc == PostHoc::none; }
  bool is_second_stage() const { return train != Trainable::everything; }
  /// True if it re-balances, from train.defer_until on.
  bool is_deferred() const { return trains() && rebalance == Rebalance::deferred; }
  /// True if any draw is made from seeds.plan.
  bool draws_from_plan() const {
    return trains() && (sampling != Sampling::permutation || translates() || mixing != Mixing::none);
  }
};
template <>
const Rows<Recipe>& rows<Recipe>();

/// True of recipe.*, the choices that a method consists of; not of its name. Pure.
bool is_of_recipe(const std::string& setting);

/// What holds in an epoch.
struct Phase {
  Sampling sampling = Sampling::permutation;
  ClassWeights class_weights = ClassWeights::none;
  bool translates = false;
};
Phase phase_at(const Recipe& recipe, int epoch, int defer_until);

/// The settings of a trial that stops before it re-balances: what the first epochs of deferred methods share.
Config prefix_config(Config resolved);

}  // namespace m2m::settings

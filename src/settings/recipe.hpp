#pragma once
// The recipe of a method: its choices as settings (recipe.*), which can be combined freely.
#include <string>

#include "settings/words.hpp"

namespace m2m::settings {

/// The values of method and recipe.*.
struct Recipe {
  std::string method;  // whose recipe it is, perhaps changed
  Loss loss{};
  HeadKind head{};
  Rebalance rebalance{};
  Sampling sampling{};
  ClassWeights class_weights{};
  Translate translate{};
  Mixing mixing{};
  std::string start;  // the method of the base trial; empty: none
  Trainable train{};
  PostHoc post_hoc{};

  bool translates() const { return translate == Translate::m2m; }
  bool trains() const { return post_hoc == PostHoc::none; }
  bool is_second_stage() const { return train != Trainable::everything; }
  /// True if re-balancing starts at train.defer_until.
  bool is_deferred() const { return trains() && rebalance == Rebalance::deferred; }
  /// True if random numbers are drawn from seeds.plan.
  bool draws_from_plan() const {
    return trains() && (sampling != Sampling::permutation || translates() || mixing != Mixing::none);
  }
};
template <>
const Rows<Recipe>& rows<Recipe>();

/// True if the setting is one of recipe.*. Pure.
bool is_of_recipe(const std::string& setting);

/// The sampling, class weights and translation of an epoch.
struct Phase {
  Sampling sampling = Sampling::permutation;
  ClassWeights class_weights = ClassWeights::none;
  bool translates = false;
};
/// The phase of an epoch. Pure.
Phase phase_at(const Recipe& recipe, int epoch, int defer_until);

/// The settings of a prefix: those of a trial without re-balancing, as before its deferral. Pure.
Config prefix_config(Config resolved);

}  // namespace m2m::settings

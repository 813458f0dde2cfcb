#pragma once
// Recipes and the catalogue of methods. A recipe is the choices of a method as settings (recipe.*), which can be
// combined freely; a method is a named recipe, a row of the catalogue.
#include <string>
#include <vector>

#include "core/config.hpp"
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
  Experts experts{};
  NoiseImages noise_images{};

  bool translates() const { return translate == Translate::m2m; }
  bool adds_noise() const { return noise_images == NoiseImages::open; }
  bool trains() const { return post_hoc == PostHoc::none; }
  bool is_second_stage() const { return train != Trainable::everything; }
  /// True if re-balancing starts at train.defer_until.
  bool is_deferred() const { return trains() && rebalance == Rebalance::deferred; }
  /// True if random numbers are drawn from seeds.plan.
  bool draws_from_plan() const {
    return trains() && (sampling != Sampling::permutation || translates() || adds_noise() ||
                        mixing != Mixing::none || loss == Loss::gaussian_clouded);
  }
};
template <>
const Rows<Recipe>& rows<Recipe>();

/// True if the setting is one of recipe.*. Pure.
bool is_of_recipe(const std::string& setting);

/// The sampling and class weights of an epoch, and what fills slots of rare classes.
struct Phase {
  Sampling sampling = Sampling::permutation;
  ClassWeights class_weights = ClassWeights::none;
  bool translates = false;
  bool adds_noise = false;
};
/// The phase of an epoch. Pure.
Phase phase_at(const Recipe& recipe, int epoch, int defer_until);

/// The settings of a prefix: those of a trial without re-balancing, as before its deferral. Pure.
Config prefix_config(Config resolved);

/// A method: a name for a recipe. Each choice of the recipe is a setting that a study may change.
struct Method {
  std::string name;   // in studies and tables, published ones too
  std::string about;  // one sentence
  // its equation, for docs/methods.md: z are logits, N_k training samples of class k, w_k weights
  std::string details;
  std::string source;  // the publication
  Json sets;           // values of recipe.* and a few other settings, unless a study gives them
};

/// All methods, in the order of help.
const std::vector<Method>& catalogue();
/// The names of all methods, in the order of the catalogue.
std::vector<std::string> method_names();

/// The method of that name. Throws Error (usage) if there is none; the sentence lists all names.
const Method& find_method(const std::string& name);

}  // namespace m2m::settings

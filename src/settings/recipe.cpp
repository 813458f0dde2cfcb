#include "settings/recipe.hpp"

namespace m2m::settings {

namespace {

/// The method, its loss, and how it re-balances.
Rows<Recipe> method_rows() {
  return {
      setting("method", &Recipe::method)
          .choices(method_names())
          .derived()
          .acts_post_hoc()
          .help("The method; required."),
      setting("recipe.loss", &Recipe::loss)
          .derived()
          .acts_post_hoc()
          .help("The loss; by default that of the method, as for all recipe.*."),
      setting("recipe.head", &Recipe::head)
          .derived()
          .acts_post_hoc()
          .help("The last layer: linear, or cosines with a vector per class."),
      setting("recipe.rebalance", &Recipe::rebalance)
          .derived()
          .acts_post_hoc()
          .help("When sampling, class weights, translation and images of noise take effect: never, from the first "
                "epoch, or from "
                "train.defer_until."),
      setting("recipe.sampling", &Recipe::sampling)
          .derived()
          .acts_post_hoc()
          .help("Sampling of batches: each sample once per epoch; every class equally often, with replacement; or "
                "from the set that SMOTE filled up."),
      setting("recipe.class_weights", &Recipe::class_weights)
          .derived()
          .acts_post_hoc()
          .help("Class weights of the loss: none, 1/N_k, by the effective number of samples, or by a power of the "
                "class frequency."),
  };
}

/// What it adds to batches, what it starts from, and what is trained.
Rows<Recipe> stage_rows() {
  return {
      setting("recipe.translate", &Recipe::translate)
          .derived()
          .acts_post_hoc()
          .help("Fill slots of rare classes with images translated from frequent ones."),
      setting("recipe.mixing", &Recipe::mixing)
          .derived()
          .acts_post_hoc()
          .help("Mix pairs of samples, in all epochs."),
      setting("recipe.start", &Recipe::start)
          .derived()
          .unit("method")
          .acts_post_hoc()
          .help("Method of the base trial of a second stage or post-hoc method."),
      setting("recipe.train", &Recipe::train)
          .derived()
          .acts_post_hoc()
          .help(
              "Trained part: everything, a new head on frozen features, factors of its outputs, head and factors, "
              "the base trial's head, or a calibration of its outputs."),
      setting("recipe.post_hoc", &Recipe::post_hoc)
          .derived()
          .acts_post_hoc()
          .help("Change of the logits of a finished trial, without training."),
      setting("recipe.experts", &Recipe::experts)
          .acts_post_hoc()
          .silent_at_default()
          .help("Several last stages and heads, each with another loss; the mean of their logits answers."),
      setting("recipe.noise_images", &Recipe::noise_images)
          .acts_post_hoc()
          .silent_at_default()
          .help(
              "Fill slots of rare classes with images of pure noise (open); batch norm then has statistics of its "
              "own for them."),
  };
}

}  // namespace

template <>
const Rows<Recipe>& rows<Recipe>() {
  static const Rows<Recipe> all = [] {
    Rows<Recipe> joined = method_rows();
    const Rows<Recipe> further = stage_rows();
    joined.insert(joined.end(), further.begin(), further.end());
    return joined;
  }();
  return all;
}

bool is_of_recipe(const std::string& setting) { return setting.starts_with("recipe."); }

Phase phase_at(const Recipe& recipe, int epoch, int defer_until) {
  const bool is_rebalanced =
      recipe.rebalance == Rebalance::at_once || (recipe.rebalance == Rebalance::deferred && epoch >= defer_until);
  if (!is_rebalanced) return {};
  return {recipe.sampling, recipe.class_weights, recipe.translates(), recipe.adds_noise()};
}

Config prefix_config(Config resolved) {
  resolved.set("recipe.rebalance", to_text(Rebalance::never));
  resolved.set("recipe.sampling", to_text(Sampling::permutation));
  resolved.set("recipe.class_weights", to_text(ClassWeights::none));
  resolved.set("recipe.translate", to_text(Translate::none));
  resolved.set("recipe.noise_images", to_text(NoiseImages::none));
  return resolved;
}

}  // namespace m2m::settings

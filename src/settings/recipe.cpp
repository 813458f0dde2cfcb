#include "settings/recipe.hpp"

#include "settings/catalogue.hpp"

namespace m2m::settings {

template <>
const Rows<Recipe>& rows<Recipe>() {
  static const Rows<Recipe> all = {
      setting("method", &Recipe::method)
          .choices(method_names())
          .derived()
          .acts_post_hoc()
          .help("The method to train; required."),
      setting("recipe.loss", &Recipe::loss)
          .derived()
          .acts_post_hoc()
          .help("The loss; the method's own by default, as all of recipe.*"),
      setting("recipe.head", &Recipe::head).derived().acts_post_hoc().help("The last layer: logits, or cosines."),
      setting("recipe.rebalance", &Recipe::rebalance)
          .derived()
          .acts_post_hoc()
          .help("When sampling, class weights and translation take effect: never, from the first epoch, or from "
                "train.defer_until."),
      setting("recipe.sampling", &Recipe::sampling)
          .derived()
          .acts_post_hoc()
          .help("How a batch is drawn: each sample once an epoch; every class equally often, with replacement; or "
                "from the set that SMOTE has filled up."),
      setting("recipe.class_weights", &Recipe::class_weights)
          .derived()
          .acts_post_hoc()
          .help("Weights of the loss by class: none, 1/N_k, or by the effective number of samples."),
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
          .help("The method whose finished trial this one begins from, for second stages and post-hoc methods."),
      setting("recipe.train", &Recipe::train)
          .derived()
          .acts_post_hoc()
          .help("What is trained: everything, a new head on frozen features, factors of its outputs, or both."),
      setting("recipe.post_hoc", &Recipe::post_hoc)
          .derived()
          .acts_post_hoc()
          .help("What is done to the logits of a finished trial, without training."),
  };
  return all;
}

bool is_of_recipe(const std::string& setting) { return setting.starts_with("recipe."); }

Phase phase_at(const Recipe& recipe, int epoch, int defer_until) {
  const bool is_rebalanced =
      recipe.rebalance == Rebalance::at_once || (recipe.rebalance == Rebalance::deferred && epoch >= defer_until);
  if (!is_rebalanced) return {};
  return {recipe.sampling, recipe.class_weights, recipe.translates()};
}

Config prefix_config(Config resolved) {
  resolved.set("recipe.rebalance", to_text(Rebalance::never));
  resolved.set("recipe.sampling", to_text(Sampling::permutation));
  resolved.set("recipe.class_weights", to_text(ClassWeights::none));
  resolved.set("recipe.translate", to_text(Translate::none));
  return resolved;
}

}  // namespace m2m::settings

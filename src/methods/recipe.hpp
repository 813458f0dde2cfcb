#pragma once
// A recipe: every choice that a method consists of, as settings (recipe.*), so that any can be combined with any.
#include <string>
#include <vector>

#include "core/class_counts.hpp"
#include "core/config.hpp"
#include "data/epoch_plan.hpp"
#include "nn/head.hpp"

namespace m2m::settings {

/// Class weights of the loss.
enum class ClassWeights {
  none,
  inverse,    // 1/N_k
  effective,  // (1 - beta) / (1 - beta^N_k)
};

/// From when on `sampling`, `class_weights` and translation hold; before, the data are taken as they are.
enum class Rebalance { never, at_once, deferred };

/// How pairs of samples are mixed, in all epochs.
enum class Mixing { none, mixup, remix, cmo };

/// What is trained.
enum class Trainable {
  everything,
  head,             // a head that begins anew, on frozen features
  scales,           // a factor for each class's output
  head_and_scales,  // the head as it was, and such factors
};

/// What is done to the logits of a finished trial.
enum class PostHoc { none, tau_normalisation, logit_adjustment };

struct Recipe {
  std::string loss;  // one of loss_names()
  HeadKind head = HeadKind::linear;
  Rebalance rebalance = Rebalance::never;
  Sampling sampling = Sampling::permutation;
  ClassWeights class_weights = ClassWeights::none;
  bool translates = false;  // M2m
  Mixing mixing = Mixing::none;
  std::string start;  // the method of the trial it begins from; empty: from an initialisation
  Trainable train = Trainable::everything;
  PostHoc post_hoc = PostHoc::none;

  bool trains() const { return post_hoc == PostHoc::none; }
  bool is_second_stage() const { return train != Trainable::everything; }
};

/// The rows of recipe.* and of class weights.
std::vector<Field> recipe_fields();

Recipe recipe_of(const Config& resolved);

/// Throws Error (usage), beginning with a field's name, where two choices of a recipe contradict each other.
void check_recipe(const Config& resolved);

/// What holds in an epoch.
struct Phase {
  Sampling sampling = Sampling::permutation;
  ClassWeights class_weights = ClassWeights::none;
  bool translates = false;
};

bool is_deferred(const Recipe& recipe);
Phase phase_at(const Recipe& recipe, int epoch, int defer_until);

/// Whether any draw is made from seeds.plan.
bool draws_from_plan(const Recipe& recipe);

/// The settings of a trial that stops short of its rebalancing: what the first epochs of deferred methods share.
Config before_rebalancing(Config resolved);

}  // namespace m2m::settings

namespace m2m::methods {

/// Weights per class for the loss, [K], scaled to sum K; all 1 without. beta: of the effective number.
std::vector<double> class_weights_of(settings::ClassWeights kind, double beta, const ClassCounts& counts);

}  // namespace m2m::methods

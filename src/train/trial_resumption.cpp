// The start of a trial from a checkpoint or a state, and the state and checkpoint that it leaves.
#include "core/metrics.hpp"
#include "nn/network.hpp"
#include "train/trial.hpp"

namespace m2m::train {

void Trial::load_start() {
  checkpoints::NetworkState state = parts_.start->network;
  const bool is_second_stage = plan_.recipe.is_second_stage();
  // What a second stage adds to the head begins with the values that the network was built with.
  for (const auto& item : network_->head().named_parameters()) {
    const bool is_of_base = item.key() == "weight" || item.key() == "bias";
    if (!is_of_base) state.try_emplace("linear." + item.key(), item.value().detach().clone());
  }
  nn::load_state(*network_, state, is_second_stage ? "the base trial" : plan_.settings.start_from);
  if (plan_.settings.trainable == settings::Trainable::head) nn::initialise_head(*network_, plan_.keys.init);
  if (!is_second_stage) optimiser_->load(parts_.start->momentum, plan_.settings.start_from);
}

void Trial::restore(const checkpoints::TrialState& state) {
  const std::string origin = "the state of the trial";
  nn::load_state(*network_, state.network, origin);
  optimiser_->load(state.momentum, origin);
  epoch_ = state.epoch;
  step_ = state.step;
  epochs_ = state.epochs;
  best_ = state.best;
  best_state_ = state.best_network;
  if (best_) best_bacc_ = balanced_accuracy(best_->validation);
  restore_levels(state.levels);
  if (step_ == 0) return;
  begin_epoch();
  counters_->load(state.counters);
  if (parts_.ranks->rank() != 0) counters_->clear_local();  // the first rank holds the counts of all
  step_seconds_ = state.step_seconds;
}

checkpoints::TrialState Trial::state() {
  const checkpoints::Checkpoint weights = checkpoint();
  checkpoints::TrialState state{epoch_, step_, weights.network, weights.momentum, epochs_, best_, best_state_, {},
                                {},     {}};
  const data::ClassLevels& levels = planner_->inputs().plan_inputs.levels;
  state.levels.assign(levels.begin(), levels.end());
  if (step_ == 0) return state;
  counters_->all_reduce(*parts_.ranks);
  state.counters = counters_->state();
  if (parts_.ranks->rank() != 0) counters_->clear_local();
  state.step_seconds = step_seconds_;
  return state;
}

checkpoints::Checkpoint Trial::checkpoint() const {
  checkpoints::Checkpoint checkpoint;
  checkpoint.network = copy_state(*network_);
  for (const auto& [name, velocity] : optimiser_->velocities()) checkpoint.momentum[name] = velocity.clone();
  checkpoint.epoch = epoch_ - 1;
  return checkpoint;
}

}  // namespace m2m::train

#pragma once
// A trial: a machine that trains one network, moved on by a number of steps at a time.
#include <torch/types.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "nn/frozen_network.hpp"
#include "results/record.hpp"
#include "settings/recipe.hpp"
#include "train/epoch_counters.hpp"
#include "train/epoch_work.hpp"
#include "train/evaluation.hpp"
#include "train/sgd.hpp"
#include "train/step_pass.hpp"
#include "train/trial_setup.hpp"

namespace m2m::train {

/// The loss was not a number: an expected outcome, recorded, that ends the trial.
class Diverged : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Trial {
 public:
  /// With several ranks, every rank makes the same trial and moves it on by the same steps.
  explicit Trial(TrialSetup setup);

  /// Trains up to `steps` further steps; an epoch's last step is followed by its evaluation and on_epoch.
  /// Collective over the trial's ranks. Deterministic for the same processor type, threads, ranks and libraries.
  /// Throws Diverged, on all ranks alike.
  void submit(std::int64_t steps);
  bool done() const { return epoch_ >= setup_.settings.epochs; }

  int epoch() const { return epoch_; }  // epochs done, from 0
  bool between_epochs() const { return step_ == 0; }
  nn::Network& network() const { return *network_; }
  checkpoints::Checkpoint checkpoint() const;
  /// All that the trial is now; from it another goes on as this one would. Collective where an epoch has begun.
  checkpoints::TrialState state();
  const std::vector<results::EpochRecord>& epochs() const { return epochs_; }
  const std::optional<results::Snapshot>& best() const { return best_; }
  const checkpoints::NetworkState& best_state() const { return best_state_; }
  const results::Snapshot& last() const { return last_; }

  /// What the head is given for these rows of `data`, in evaluation mode: [n, features]. Between epochs. Local.
  torch::Tensor features(const LoadedData& data, const data::PoolRows& part);
  /// The first `most` translations that the plan of the epoch last trained has, made anew by f as it is now, a
  /// trace per step; none where that epoch translates nothing. Between epochs. Local.
  std::vector<methods::TranslationTrace> traces(std::int64_t max_count);

 private:
  void plan(int epoch);
  void begin_epoch();
  void step();
  torch::Tensor gather_images(const torch::Tensor& indices) const;
  methods::EditContext edit_context(int epoch, std::int64_t step);
  methods::Batch gather(const StepWork& work);
  methods::TranslatedSlots translate(const StepWork& work, methods::Batch& batch);
  void mix(const StepWork& work, methods::Batch& batch);
  void train_step(const StepWork& work, const methods::Batch& batch, const methods::TranslatedSlots& edited);
  void forward_backward(const StepWork& work, const methods::Batch& batch, const methods::TranslatedSlots& edited);
  void all_reduce_gradients();
  void restore(const checkpoints::TrialState& state);
  void end_epoch();
  void record_times(results::EpochRecord& record, double waited) const;
  void evaluate_epoch(results::EpochRecord& record);
  void evaluate_rows(const data::PoolRows& part, Confusion& confusion, std::vector<float>& logits,
                     PhaseTimer& timer);
  results::Snapshot evaluate_last_epoch();

  nn::SumOverRanks sum_for_batch_norm();
  StepPass::Forward forward_pass() const;
  void load_start();
  settings::Phase phase() const { return settings::phase_at(setup_.recipe, epoch_, setup_.settings.defer_until); }

  TrialSetup setup_;
  data::PlanInputs basis_;
  std::shared_ptr<nn::Network> network_;
  Sgd sgd_;
  std::unique_ptr<nn::FrozenNetwork> frozen_;     // f, refreshed before it is asked
  std::unique_ptr<nn::RecordedOutputs> outputs_;  // of frozen_
  std::unique_ptr<nn::FrozenNetwork> frozen_g_;   // none without g
  RunningStatistics statistics_;
  StepPass step_pass_;
  std::unique_ptr<EpochPlanner> planner_;
  double forward_cost_;  // multiply-adds of one image's forward pass
  int epoch_ = 0;
  std::int64_t step_ = 0;
  std::optional<EpochWork> work_, next_;  // of the epoch that is trained; of one to come
  double plan_seconds_ = 0;               // that the last plan took
  double epoch_seconds_ = 0;              // that this epoch took before its first step
  std::optional<EpochCounters> counters_;
  std::vector<double> step_seconds_;
  std::vector<results::EpochRecord> epochs_;
  double best_bacc_ = -1;
  std::optional<results::Snapshot> best_;
  checkpoints::NetworkState best_state_;
  results::Snapshot last_;
};

}  // namespace m2m::train

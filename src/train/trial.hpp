#pragma once
// A trial: the training of one network, advanced by a number of steps at a time.
#include <torch/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "nn/frozen_network.hpp"
#include "nn/fused_training.hpp"
#include "results/record.hpp"
#include "settings/recipe.hpp"
#include "train/epoch_counters.hpp"
#include "train/epoch_work.hpp"
#include "train/evaluation.hpp"
#include "train/sgd.hpp"
#include "train/step_pass.hpp"
#include "train/trial_setup.hpp"

namespace m2m::train {

/// Reports a loss that is not finite: an expected outcome, which is recorded and ends the trial.
class Diverged : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The training of one network, a state machine: it can be inspected, saved or stopped between two steps.
class Trial {
 public:
  /// Makes the trial before its first step, or in the state to resume. Collective over the ranks of `parts`, whose
  /// ranks all make the same trial and call submit() with the same steps. Throws Error (bad_data) if the start or
  /// the state does not fit the network.
  Trial(TrialPlan plan, TrialParts parts);

  /// Trains at most `steps` further steps. Evaluates after the last step of an epoch and then calls on_epoch.
  /// Collective over the trial's ranks. Deterministic for the same processor type, threads, ranks and libraries.
  /// Throws Diverged, on all ranks alike.
  void submit(std::int64_t steps);
  bool done() const { return epoch_ >= plan_.settings.epochs; }

  int epoch() const { return epoch_; }  // finished epochs
  bool between_epochs() const { return step_ == 0; }
  nn::Network& network() const { return *network_; }
  /// Copies the weights, running statistics and velocities. Local.
  checkpoints::Checkpoint checkpoint() const;
  /// Copies the whole state, from which another trial continues with the same numbers. Collective within an epoch,
  /// local between epochs.
  checkpoints::TrialState state();
  const std::vector<results::EpochRecord>& epochs() const { return epochs_; }
  const std::optional<results::Snapshot>& best() const { return best_; }
  const checkpoints::NetworkState& best_state() const { return best_state_; }
  const results::Snapshot& last() const { return last_; }

  /// Returns f in evaluation mode with its current weights, valid as long as the trial. Call it between epochs.
  nn::FrozenNetwork& frozen_network();
  /// Returns what the trial's epochs are planned from.
  const EpochInputs& inputs() const { return planner_->inputs(); }
  /// Returns the networks and the place of an edit; valid as long as the trial exists and is not moved.
  methods::EditContext edit_context(int epoch, std::int64_t step);

 private:
  void plan(int epoch);
  bool plans_ahead() const { return epoch_ + 1 < plan_.settings.epochs && !has_curriculum(); }
  bool has_curriculum() const { return !planner_->inputs().plan_inputs.levels.empty(); }
  void move_levels();
  void restore_levels(const std::vector<int>& levels);
  void begin_epoch();
  void step();
  torch::Tensor gather_images(const torch::Tensor& indices) const;
  methods::Batch gather(const StepWork& work);
  methods::TranslatedSlots translate(const StepWork& work, methods::Batch& batch);
  void mix(const StepWork& work, methods::Batch& batch);
  void train_step(const StepWork& work, const methods::Batch& batch, const methods::TranslatedSlots& translated);
  const methods::LossFn& loss_of(const PassRequest& request) const;
  void forward_backward(const PassRequest& request, const StepWork& work, const methods::Batch& batch,
                        const methods::TranslatedSlots& translated);
  void all_reduce_gradients(bool with_statistics);
  void restore(const checkpoints::TrialState& state);
  void end_epoch();
  /// Reads the counters and evaluates. end_of_steps: when the last step was queued.
  void measure_epoch(results::EpochRecord& record, std::chrono::steady_clock::time_point end_of_steps);
  /// Throws Diverged if the loss of a step was not a number. Waits for the counters.
  void check_loss(const nn::Download& counters, double learning_rate) const;
  void record_times(results::EpochRecord& record, double waited) const;
  /// The parts of the data that are evaluated; nothing for a part that is not.
  struct PartEvaluations {
    std::optional<QueuedEvaluation> validation, test;
  };
  QueuedEvaluation queue_rows(const data::PoolRows& part, PhaseTimer& timer);
  PartEvaluations queue_parts(bool with_test, PhaseTimer& timer);
  /// Takes the answers of a part, and frees the memory of their copy; nothing if the part is not evaluated.
  static void finish(std::optional<QueuedEvaluation>& part, Confusion& confusion, std::vector<float>& logits);
  void finish_epoch(PartEvaluations& queued, results::EpochRecord& record, PhaseTimer& timer);
  results::Snapshot evaluate_last_epoch();

  nn::SumOverRanks sum_for_batch_norm();
  std::unique_ptr<nn::FusedTraining> make_fused_training() const;
  AutogradStepPass::Forward forward_pass() const;
  AutogradStepPass::BatchTerm make_batch_term() const;
  torch::Tensor no_outputs() const;  // of a batch without slots, [0, K]
  void load_start();
  settings::Phase phase() const { return settings::phase_at(plan_.recipe, epoch_, plan_.settings.defer_until); }

  const TrialPlan plan_;
  TrialParts parts_;
  std::shared_ptr<nn::Network> network_;
  std::unique_ptr<Optimiser> optimiser_;
  std::unique_ptr<nn::FrozenNetwork> frozen_;     // f, refreshed before each use
  std::unique_ptr<nn::RecordedOutputs> outputs_;  // of frozen_
  std::unique_ptr<nn::FrozenNetwork> frozen_g_;   // null without g
  RunningStatistics statistics_;
  std::unique_ptr<nn::FusedTraining> fused_;  // null unless steps run fused
  AutogradStepPass::BatchTerm batch_term_;    // empty unless the loss has one
  std::unique_ptr<StepPass> step_pass_;
  std::unique_ptr<EpochPlanner> planner_;
  double forward_cost_;               // multiply-adds of one image's forward pass
  std::optional<double> max_length_;  // of a class vector, by MaxNorm
  int epoch_ = 0;
  std::int64_t step_ = 0;
  std::optional<EpochWork> work_, next_;  // of this epoch; of a later one
  double plan_seconds_ = 0;               // duration of the last plan
  double level_seconds_ = 0;              // duration of the last tests of the curriculum by class
  double epoch_seconds_ = 0;              // time of this epoch before its first step
  std::optional<EpochCounters> counters_;
  std::vector<double> step_seconds_;
  std::vector<results::EpochRecord> epochs_;
  double best_bacc_ = -1;
  std::optional<results::Snapshot> best_;
  checkpoints::NetworkState best_state_;
  results::Snapshot last_;
};

}  // namespace m2m::train

// The end of a trial's epoch: reading its counters and evaluating the network.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/activity.hpp"
#include "core/profile.hpp"
#include "train/trial.hpp"

namespace m2m::train {
namespace {

using Clock = std::chrono::steady_clock;

/// Returns the median; of an even number of values the upper of the middle two, as all records hold it.
double upper_median(std::vector<double> values) {
  if (values.empty()) return results::not_measured;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void Trial::end_epoch() {
  if (plans_ahead()) plan(epoch_ + 1);  // while a GPU still works on this epoch
  const auto end_of_steps = Clock::now();
  results::EpochRecord record;
  record.epoch = epoch_;
  record.learning_rate = learning_rate(plan_.settings.schedule, epoch_);
  if (!plan_.recipe.is_second_stage()) nn::count_batches(*network_, work_->steps());
  measure_epoch(record, end_of_steps);
  parts_.ranks->any(false);  // throws if a sum was abandoned meanwhile: the values read are then invalid
  epochs_.push_back(record);
  ++epoch_;
  step_ = 0;
  if (parts_.on_epoch) parts_.on_epoch(epochs_.back());
}

void Trial::measure_epoch(results::EpochRecord& record, Clock::time_point end_of_steps) {
  Activity::set("reduce");
  counters_->all_reduce(*parts_.ranks);
  const nn::Download counters = counters_->download();
  const auto begin_of_evaluation = Clock::now();
  PhaseTimer timer(parts_.profile, ProfilePhase::evaluate);
  const bool is_on_gpu = plan_.settings.device.is_cuda();
  if (!is_on_gpu) check_loss(counters, record.learning_rate);
  // Queued before the host waits for the steps: a GPU goes on without a pause.
  frozen_->refresh();
  const int test_every = plan_.settings.test_every;
  const bool is_last = epoch_ + 1 == plan_.settings.epochs;
  PartEvaluations queued = queue_parts(is_last || (test_every > 0 && (epoch_ + 1) % test_every == 0), timer);
  const double queueing = is_on_gpu ? 0 : seconds_since(begin_of_evaluation);  // beside the steps of a GPU
  Activity::set("device");  // reading waits for the steps that a GPU has queued
  counters_->read(counters, record);
  Activity::set(phase_word(ProfilePhase::evaluate));
  if (is_on_gpu) check_loss(counters, record.learning_rate);
  record_times(record, seconds_since(end_of_steps) - queueing);
  const auto end_of_waiting = Clock::now();
  finish_epoch(queued, record, timer);
  record.evaluation_seconds = queueing + seconds_since(end_of_waiting);
}

void Trial::check_loss(const nn::Download& counters, double learning_rate) const {
  const std::int64_t bad = EpochCounters::first_nonfinite_step(counters);
  if (bad < 0) return;
  throw Diverged(
      fmt::format("loss is not a number at epoch {} step {} (learning rate {:.3g})", epoch_, bad, learning_rate));
}

void Trial::record_times(results::EpochRecord& record, double waited) const {
  record.seconds = std::accumulate(step_seconds_.begin(), step_seconds_.end(), epoch_seconds_ + waited);
  // Steps of a GPU are only queued; their duration shows at the end of the epoch.
  record.step_seconds = plan_.settings.device.is_cuda() ? record.seconds / static_cast<double>(work_->steps())
                                                        : upper_median(step_seconds_);
}

QueuedEvaluation Trial::queue_rows(const data::PoolRows& part, PhaseTimer& timer) {
  timer.count(static_cast<double>(part.rows.size()) * forward_cost_);
  const TrialSettings& settings = plan_.settings;
  return queue_evaluation(std::ref(*outputs_), *parts_.data, part,
                          {settings.evaluation_batch, settings.precision, settings.logit_scale}, *parts_.ranks);
}

Trial::PartEvaluations Trial::queue_parts(bool with_test, PhaseTimer& timer) {
  const data::Split& split = parts_.data->split;
  PartEvaluations queued;
  if (!split.validation.rows.empty()) queued.validation = queue_rows(split.validation, timer);
  if (with_test) queued.test = queue_rows(split.test, timer);
  return queued;
}

void Trial::finish(std::optional<QueuedEvaluation>& part, Confusion& confusion, std::vector<float>& logits) {
  if (!part) return;
  Evaluation evaluation = part->finish();
  confusion = std::move(evaluation.confusion);
  logits = std::move(evaluation.logits);
  part.reset();
}

results::Snapshot Trial::evaluate_last_epoch() {
  PhaseTimer timer(parts_.profile, ProfilePhase::evaluate);
  results::Snapshot snapshot;
  snapshot.epoch = epoch_ - 1;
  PartEvaluations queued = queue_parts(true, timer);
  finish(queued.validation, snapshot.validation, snapshot.validation_logits);
  finish(queued.test, snapshot.test, snapshot.test_logits);
  return snapshot;
}

void Trial::finish_epoch(PartEvaluations& queued, results::EpochRecord& record, PhaseTimer& timer) {
  results::Snapshot snapshot;
  snapshot.epoch = epoch_;
  bool is_best = false;
  if (queued.validation) {
    finish(queued.validation, snapshot.validation, snapshot.validation_logits);
    record.validation_bacc = balanced_accuracy(snapshot.validation);
    record.validation_gm = geometric_mean(snapshot.validation);
    is_best = epoch_ >= plan_.best_from_epoch && record.validation_bacc >= best_bacc_;
  }
  if (is_best && !queued.test) queued.test = queue_rows(parts_.data->split.test, timer);
  if (queued.test) {
    finish(queued.test, snapshot.test, snapshot.test_logits);
    record.test_bacc = balanced_accuracy(snapshot.test);
    record.test_gm = geometric_mean(snapshot.test);
  }
  if (is_best) {
    best_bacc_ = record.validation_bacc;
    best_ = snapshot;
    best_state_ = copy_state(*network_);
  }
  if (epoch_ + 1 == plan_.settings.epochs) last_ = std::move(snapshot);
}

}  // namespace m2m::train

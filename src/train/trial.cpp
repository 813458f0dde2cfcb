#include "train/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "core/error.hpp"
#include "core/profile.hpp"
#include "methods/mixing.hpp"
#include "nn/layers.hpp"

namespace m2m::train {

using methods::Batch;

namespace {

using Clock = std::chrono::steady_clock;

/// The middle value, the upper one of the middle two: what step_seconds has been since the first record.
double upper_median(std::vector<double> values) {
  if (values.empty()) return results::not_measured;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Names of the parameters that are trained; empty: all.
std::vector<std::string> trained_parameters(settings::Trainable what) {
  if (what == settings::Trainable::everything) return {};
  if (what == settings::Trainable::scales) return {"linear.scales"};
  std::vector<std::string> names = {"linear.weight", "linear.bias"};
  if (what == settings::Trainable::head_and_scales) names.emplace_back("linear.scales");
  return names;
}

}  // namespace

Trial::Trial(TrialSetup setup)
    : setup_(std::move(setup)),
      basis_(data::make_plan_inputs(setup_.data->set, setup_.data->split, setup_.settings.batch_size,
                                    setup_.keys.order, setup_.keys.plan)),
      network_(build_network(setup_.settings, *setup_.data, sum_for_batch_norm())),
      sgd_(*network_, setup_.settings.momentum, setup_.settings.weight_decay,
           trained_parameters(setup_.settings.trainable), setup_.settings.head_lr_factor,
           nn::weight_format(*network_)),
      frozen_(network_->freeze()),
      outputs_(std::make_unique<nn::RecordedOutputs>(*frozen_, setup_.settings.graphed)),
      statistics_(*network_),
      step_pass_(forward_pass(), setup_.settings.graphed && setup_.ranks->size() == 1),
      planner_(std::make_unique<EpochPlanner>(setup_, basis_)),
      forward_cost_(nn::multiply_adds(network_->spec())),
      epoch_(setup_.settings.start_epoch) {
  const torch::NoGradGuard no_gradient;
  if (setup_.resume) {
    restore(*setup_.resume);
    setup_.resume.reset();  // its memory
  } else if (setup_.start) {
    load_start();
  } else {
    nn::initialise(*network_, setup_.keys.init);
  }
  frozen_->refresh();                            // a second stage asks it from the first step on
  if (setup_.g) frozen_g_ = setup_.g->freeze();  // once: g never changes
  const bool is_restored = !epochs_.empty();
  if (is_restored && done()) last_ = evaluate_last_epoch();  // no state has them
}

void Trial::load_start() {
  checkpoints::NetworkState state = setup_.start->network;
  const bool is_second_stage = setup_.recipe.is_second_stage();
  if (network_->head().scales.defined() && !state.contains("linear.scales")) {
    state["linear.scales"] = torch::ones({setup_.data->set.classes});
  }
  nn::load_state(*network_, state, is_second_stage ? "the trial it begins from" : setup_.settings.start_from);
  if (setup_.settings.trainable == settings::Trainable::head) nn::initialise_head(*network_, setup_.keys.init);
  if (!is_second_stage) sgd_.load(setup_.start->momentum, setup_.settings.start_from);
}

StepPass::Forward Trial::forward_pass() const {
  if (setup_.recipe.is_second_stage()) {
    return [network = network_, frozen = frozen_.get()](const torch::Tensor& images) {
      return network->head().forward(frozen->features(images));
    };
  }
  return [network = network_](const torch::Tensor& images) { return network->forward(images); };
}

nn::SumOverRanks Trial::sum_for_batch_norm() {
  if (setup_.ranks->size() == 1 || !setup_.settings.synchronised) return {};
  return [ranks = setup_.ranks](torch::Tensor& values) { ranks->all_reduce_sum(values); };
}

void Trial::restore(const checkpoints::TrialState& state) {
  const std::string origin = "the state of the trial";
  nn::load_state(*network_, state.network, origin);
  sgd_.load(state.momentum, origin);
  epoch_ = state.epoch;
  step_ = state.step;
  epochs_ = state.epochs;
  best_ = state.best;
  best_state_ = state.best_network;
  if (best_) best_bacc_ = balanced_accuracy(best_->validation);
  if (step_ == 0) return;
  begin_epoch();
  counters_->load(state.counters);
  if (setup_.ranks->rank() != 0) counters_->clear_local();  // the first rank counts on for all
  step_seconds_ = state.step_seconds;
}

void Trial::submit(std::int64_t steps) {
  for (; steps > 0 && !done(); --steps) {
    if (setup_.profile != nullptr) setup_.profile->set_position(epoch_, step_);
    if (step_ == 0) begin_epoch();
    step();
    if (++step_ == work_->steps()) end_epoch();
  }
}

void Trial::plan(int epoch) {
  const auto start = Clock::now();
  timed(setup_.profile, ProfilePhase::plan, 0, [&] { next_ = planner_->take(epoch); });
  plan_seconds_ = seconds_since(start);
}

void Trial::begin_epoch() {
  if (!next_ || next_->epoch() != epoch_) plan(epoch_);
  work_ = std::exchange(next_, std::nullopt);
  if (epoch_ + 1 < setup_.settings.epochs) planner_->expect(epoch_ + 1);
  epoch_seconds_ = plan_seconds_;
  counters_.emplace(setup_.data->set.classes, work_->slots(), setup_.settings.device);
  step_seconds_.clear();
  network_->train();
}

void Trial::step() {
  const auto start = Clock::now();
  const StepWork work = work_->step(step_);
  Batch batch = gather(work);
  if (!work.mix.partners.empty()) mix(work, batch);
  train_step(work, batch, translate(work, batch));
  step_seconds_.push_back(seconds_since(start));
}

torch::Tensor Trial::gather_images(const torch::Tensor& indices) const {
  return gather_indices(*setup_.data, indices, setup_.settings.precision);
}

methods::EditContext Trial::edit_context(int epoch, std::int64_t step) {
  return {*frozen_, *frozen_g_, setup_.keys.plan,
          epoch,    step,       [this](const torch::Tensor& indices) { return gather_images(indices); }};
}

Batch Trial::gather(const StepWork& work) {
  const PhaseTimer timer(setup_.profile, ProfilePhase::gather);
  return {gather_images(work.indices), work.labels.clone(), work.own};  // labels: an edit changes them
}

methods::TranslatedSlots Trial::translate(const StepWork& work, Batch& batch) {
  if (work.translations.empty()) return {};
  PhaseTimer timer(setup_.profile, ProfilePhase::translate);
  methods::TranslatedSlots edited = setup_.editing.apply(edit_context(epoch_, step_), work.translations, batch);
  timer.count(static_cast<double>(edited.rows.size(0)) * setup_.editing.passes * forward_cost_);
  return edited;
}

void Trial::mix(const StepWork& work, Batch& batch) {
  const PhaseTimer timer(setup_.profile, ProfilePhase::gather);
  methods::mix_batch(work.mix, {gather_images(work.partner_indices), work.partner_labels, work.label_shares},
                     batch);
}

void Trial::train_step(const StepWork& work, const Batch& batch, const methods::TranslatedSlots& edited) {
  // In a short batch a rank may have no slot. It still has its part in every sum: batch norm's lie within the
  // passes.
  if (!batch.slots.empty() || network_->spec().sum_over_ranks) {
    forward_backward(work, batch, edited);
  } else {
    counters_->add_planned(work);
  }
  if (setup_.ranks->size() > 1) {
    const PhaseTimer timer(setup_.profile, ProfilePhase::reduce);
    all_reduce_gradients();
  }
  const PhaseTimer timer(setup_.profile, ProfilePhase::update);
  sgd_.step(learning_rate(setup_.settings.schedule, epoch_));
}

void Trial::forward_backward(const StepWork& work, const Batch& batch, const methods::TranslatedSlots& edited) {
  const double images = static_cast<double>(batch.slots.size()) * forward_cost_;
  const methods::LossFn& loss =
      phase().class_weights == settings::ClassWeights::none ? setup_.loss : setup_.weighted_loss;
  const auto [outputs, losses] = step_pass_(loss, batch, work.slots, setup_.profile,
                                            {images, setup_.recipe.is_second_stage() ? 0 : 2 * images});
  counters_->add(step_, work, {outputs.contiguous(), losses, batch.labels, setup_.settings.logit_scale}, edited);
}

void Trial::all_reduce_gradients() {
  setup_.ranks->all_reduce_sum(sgd_.gradient());
  if (!setup_.settings.synchronised) statistics_.average(*setup_.ranks);
}

void Trial::end_epoch() {
  if (epoch_ + 1 < setup_.settings.epochs) plan(epoch_ + 1);  // while a GPU still has steps of this one to do
  const auto waiting = Clock::now();
  results::EpochRecord record;
  record.epoch = epoch_;
  counters_->all_reduce(*setup_.ranks);
  record.learning_rate = learning_rate(setup_.settings.schedule, epoch_);
  counters_->read(record);
  if (const std::int64_t bad = counters_->first_nonfinite_step(); bad >= 0) {
    throw Diverged(fmt::format("loss is not a number at epoch {} step {} (learning rate {:.3g})", epoch_, bad,
                               record.learning_rate));
  }
  record_times(record, seconds_since(waiting));
  if (!setup_.recipe.is_second_stage()) nn::count_batches(*network_, work_->steps());
  evaluate_epoch(record);
  setup_.ranks->any(false);  // throws where a sum was given up meanwhile: what was read is then no result
  epochs_.push_back(record);
  ++epoch_;
  step_ = 0;
  if (setup_.on_epoch) setup_.on_epoch(epochs_.back());
}

void Trial::record_times(results::EpochRecord& record, double waited) const {
  record.seconds = std::accumulate(step_seconds_.begin(), step_seconds_.end(), epoch_seconds_ + waited);
  // A GPU's steps are only queued one by one; what they take shows when the epoch is over.
  record.step_seconds = setup_.settings.device.is_cuda() ? record.seconds / static_cast<double>(work_->steps())
                                                         : upper_median(step_seconds_);
}

void Trial::evaluate_rows(const data::PoolRows& part, Confusion& confusion, std::vector<float>& logits,
                          PhaseTimer& timer) {
  timer.count(static_cast<double>(part.rows.size()) * forward_cost_);
  const TrialSettings& settings = setup_.settings;
  Evaluation answered =
      evaluate(std::ref(*outputs_), *setup_.data, part,
               {settings.evaluation_batch, settings.precision, settings.logit_scale}, *setup_.ranks);
  confusion = std::move(answered.confusion);
  logits = std::move(answered.logits);
}

results::Snapshot Trial::evaluate_last_epoch() {
  PhaseTimer timer(setup_.profile, ProfilePhase::evaluate);
  const data::Split& split = setup_.data->split;
  results::Snapshot snapshot;
  snapshot.epoch = epoch_ - 1;
  if (!split.validation.rows.empty()) {
    evaluate_rows(split.validation, snapshot.validation, snapshot.validation_logits, timer);
  }
  evaluate_rows(split.test, snapshot.test, snapshot.test_logits, timer);
  return snapshot;
}

void Trial::evaluate_epoch(results::EpochRecord& record) {
  const auto start = Clock::now();
  PhaseTimer timer(setup_.profile, ProfilePhase::evaluate);
  const TrialSettings& settings = setup_.settings;
  frozen_->refresh();
  const data::Split& split = setup_.data->split;
  const bool is_last = epoch_ + 1 == settings.epochs;
  bool is_best = false;
  results::Snapshot snapshot;
  snapshot.epoch = epoch_;
  if (!split.validation.rows.empty()) {
    evaluate_rows(split.validation, snapshot.validation, snapshot.validation_logits, timer);
    record.validation_bacc = balanced_accuracy(snapshot.validation);
    record.validation_gm = geometric_mean(snapshot.validation);
    is_best = epoch_ >= setup_.best_from_epoch && record.validation_bacc >= best_bacc_;
  }
  if (is_best || is_last || (settings.test_every > 0 && (epoch_ + 1) % settings.test_every == 0)) {
    evaluate_rows(split.test, snapshot.test, snapshot.test_logits, timer);
    record.test_bacc = balanced_accuracy(snapshot.test);
    record.test_gm = geometric_mean(snapshot.test);
  }
  if (is_best) {
    best_bacc_ = record.validation_bacc;
    best_ = snapshot;
    best_state_ = copy_state(*network_);
  }
  if (is_last) last_ = std::move(snapshot);
  record.evaluation_seconds = seconds_since(start);
}

torch::Tensor Trial::features(const LoadedData& data, const data::PoolRows& part) {
  const torch::NoGradGuard no_gradient;
  frozen_->refresh();
  std::vector<torch::Tensor> found;
  const auto count = static_cast<std::int64_t>(part.rows.size());
  for (std::int64_t first = 0; first < count; first += setup_.settings.evaluation_batch) {
    const std::int64_t size = std::min(setup_.settings.evaluation_batch, count - first);
    found.push_back(frozen_->features(gather_rows(data, part, first, size, setup_.settings.precision)));
  }
  return torch::cat(found);
}

std::vector<methods::TranslationTrace> Trial::traces(std::int64_t max_count) {
  const int epoch = epoch_ - 1;
  const settings::Phase then = settings::phase_at(setup_.recipe, epoch, setup_.settings.defer_until);
  std::vector<methods::TranslationTrace> found;
  if (!then.translates) return found;
  EpochWork work(setup_, basis_, epoch, {});
  work.send(setup_.settings.device);
  std::int64_t traced = 0;
  for (std::int64_t step = 0; step < work.steps() && traced < max_count; ++step) {
    methods::TranslationTrace trace =
        setup_.editing.trace(edit_context(epoch, step), work.step(step).translations, setup_.settings.logit_scale);
    if (!trace.targets.defined()) continue;
    traced += trace.targets.size(0);
    found.push_back(std::move(trace));
  }
  return found;
}

checkpoints::TrialState Trial::state() {
  const checkpoints::Checkpoint weights = checkpoint();
  checkpoints::TrialState state{epoch_, step_, weights.network, weights.momentum, epochs_, best_, best_state_,
                                {},     {}};
  if (step_ == 0) return state;
  counters_->all_reduce(*setup_.ranks);
  state.counters = counters_->state();
  if (setup_.ranks->rank() != 0) counters_->clear_local();
  state.step_seconds = step_seconds_;
  return state;
}

checkpoints::Checkpoint Trial::checkpoint() const {
  checkpoints::Checkpoint checkpoint;
  checkpoint.network = copy_state(*network_);
  for (const auto& [name, velocity] : sgd_.velocities()) checkpoint.momentum[name] = velocity.clone();
  checkpoint.epoch = epoch_ - 1;
  return checkpoint;
}

}  // namespace m2m::train

#include "train/trial.hpp"

#include <chrono>
#include <utility>

#include "core/error.hpp"
#include "core/profile.hpp"
#include "methods/mixing.hpp"
#include "train/routed_features.hpp"
#include "train/sharpness.hpp"

namespace m2m::train {

using methods::Batch;

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Trial::Trial(TrialPlan plan, TrialParts parts)
    : plan_(std::move(plan)),
      parts_(std::move(parts)),
      network_(build_network(plan_.settings, *parts_.data, sum_for_batch_norm())),
      optimiser_(make_optimiser(*network_, plan_.settings)),
      frozen_(parts_.forms.freeze(*network_)),
      outputs_(std::make_unique<nn::RecordedOutputs>(*frozen_, plan_.settings.graphed)),
      statistics_(*network_),
      fused_(make_fused_training()),
      batch_term_(make_batch_term()),
      step_pass_(std::make_unique<AutogradStepPass>(forward_pass(), batch_term_,
                                                    plan_.settings.graphed && parts_.ranks->size() == 1)),
      planner_(std::make_unique<EpochPlanner>(make_epoch_inputs(plan_, parts_, network_->head().features()),
                                              Shard{parts_.ranks->rank(), parts_.ranks->size()})),
      forward_cost_(nn::multiply_adds(network_->spec())),
      epoch_(plan_.settings.start_epoch) {
  const torch::NoGradGuard no_gradient;
  if (parts_.start) {
    load_start();
  } else if (!parts_.resume) {
    nn::initialise(*network_, plan_.keys.init);
  }
  if (plan_.settings.max_norm) {
    if (!parts_.start) throw internal_error("MaxNorm without the start of the trial, from which its bound follows");
    max_length_ = nn::max_norm_bound(network_->head(), *plan_.settings.max_norm);
  }
  if (parts_.resume) {
    restore(*parts_.resume);
    parts_.resume.reset();  // frees its memory
  }
  frozen_->refresh();                                        // a second stage uses it from the first step on
  if (parts_.g) frozen_g_ = parts_.forms.freeze(*parts_.g);  // once: g never changes
  const bool is_restored = !epochs_.empty();
  if (is_restored && done()) last_ = evaluate_last_epoch();  // a state does not hold it
}

std::unique_ptr<nn::FusedTraining> Trial::make_fused_training() const {
  const TrialSettings& settings = plan_.settings;
  if (!settings.fused || plan_.recipe.is_second_stage() ||
      !unfused_steps_reason(settings, plan_.recipe, parts_.ranks->size()).empty())
    return nullptr;
  return std::make_unique<nn::FusedTraining>(dynamic_cast<nn::ResNet&>(*network_), parts_.forms.training_kernels());
}

AutogradStepPass::Forward Trial::forward_pass() const {
  if (plan_.recipe.is_second_stage()) {
    return [network = network_, frozen = frozen_.get()](const Batch& batch) {
      const auto features = [&](const torch::Tensor& images) { return frozen->features(images); };
      return network->head().forward(methods::mixed_features(features, batch));
    };
  }
  if (fused_) {
    return [network = network_, fused = fused_.get()](const Batch& batch) {
      return network->head().forward(fused->features(batch.images));
    };
  }
  const bool has_experts = plan_.settings.experts > 1;
  return [network = network_, features = RoutedFeatures(network_), has_experts](const Batch& batch) mutable {
    const torch::Tensor of_batch = features(batch);
    return has_experts ? network->head().expert_outputs(of_batch) : network->head().forward(of_batch);
  };
}

AutogradStepPass::BatchTerm Trial::make_batch_term() const {
  if (!parts_.batch_loss) return {};
  return
      [loss = parts_.batch_loss, ranks = parts_.ranks](const torch::Tensor& outputs, const torch::Tensor& labels) {
        return loss(outputs, labels, [&](const torch::Tensor& own) { return comm::stack_over_ranks(own, *ranks); });
      };
}

nn::SumOverRanks Trial::sum_for_batch_norm() {
  if (parts_.ranks->size() == 1 || !plan_.settings.synchronised) return {};
  return [ranks = parts_.ranks](torch::Tensor& values) { ranks->all_reduce_sum(values); };
}

void Trial::submit(std::int64_t steps) {
  for (; steps > 0 && !done(); --steps) {
    if (parts_.profile != nullptr) parts_.profile->set_position(epoch_, step_);
    if (step_ == 0) {
      move_levels();
      begin_epoch();
    }
    step();
    if (++step_ == work_->steps()) end_epoch();
  }
}

void Trial::plan(int epoch) {
  const auto start = Clock::now();
  timed(parts_.profile, ProfilePhase::plan, 0, [&] { next_ = planner_->take(epoch); });
  plan_seconds_ = seconds_since(start);
}

void Trial::begin_epoch() {
  if (!next_ || next_->epoch() != epoch_) plan(epoch_);
  work_ = std::exchange(next_, std::nullopt);
  if (plans_ahead()) planner_->expect(epoch_ + 1);
  epoch_seconds_ = plan_seconds_ + level_seconds_;
  counters_.emplace(parts_.data->set.classes, work_->slots(), plan_.settings.device);
  step_seconds_.clear();
  network_->train();
}

void Trial::step() {
  const auto start = Clock::now();
  const StepWork work = work_->step(step_);
  Batch batch = gather(work);
  if (!work.mix.partners.empty()) mix(work, batch);
  train_step(work, batch, translate(work, batch));
  if (max_length_) nn::limit_class_vectors(network_->head(), *max_length_);
  step_seconds_.push_back(seconds_since(start));
}

torch::Tensor Trial::gather_images(const torch::Tensor& indices) const {
  return gather_indices(*parts_.data, indices, plan_.settings.precision);
}

methods::EditContext Trial::edit_context(int epoch, std::int64_t step) {
  return {*frozen_,
          *frozen_g_,
          plan_.keys.plan,
          epoch,
          step,
          [this](const torch::Tensor& indices) { return gather_images(indices); },
          training_pixels(*parts_.data)};
}

Batch Trial::gather(const StepWork& work) {
  const PhaseTimer timer(parts_.profile, ProfilePhase::gather);
  // labels: cloned, because a translation changes them
  Batch batch{gather_images(work.indices), work.labels.clone(), work.slots_of_rank};
  if (work.clouds.defined()) batch.clouds = work.clouds.to(plan_.settings.precision);
  methods::fill_with_noise(work.noise, plan_.keys.plan, epoch_, step_, batch);
  return batch;
}

methods::TranslatedSlots Trial::translate(const StepWork& work, Batch& batch) {
  if (work.translations.empty()) return {};
  PhaseTimer timer(parts_.profile, ProfilePhase::translate);
  methods::TranslatedSlots translated = parts_.editor->apply(edit_context(epoch_, step_), work.translations, batch);
  timer.count(static_cast<double>(translated.rows.size(0)) * parts_.editor->forward_passes() * forward_cost_);
  return translated;
}

void Trial::mix(const StepWork& work, Batch& batch) {
  const PhaseTimer timer(parts_.profile, ProfilePhase::gather);
  methods::mix_batch(
      work.mix,
      {gather_images(work.partner_indices), work.partner_labels, work.label_shares, work.replaced_features}, batch);
}

void Trial::train_step(const StepWork& work, const Batch& batch, const methods::TranslatedSlots& translated) {
  const auto pass = [&](const PassRequest& request) {
    if (!request.is_first) statistics_.save();
    // In a short batch a rank may have no slot. It still takes part in every sum, also in those of batch norm and
    // of a term over the batch within a pass.
    if (!batch.slots.empty() || network_->spec().sum_over_ranks) {
      forward_backward(request, work, batch, translated);
    } else {
      if (batch_term_) batch_term_(no_outputs(), batch.labels);
      if (request.is_first) counters_->add_planned(work);
    }
    if (!request.is_first) statistics_.restore();
    if (parts_.ranks->size() > 1) all_reduce_gradients(request.is_first && !plan_.settings.synchronised);
  };
  optimiser_->step(pass, learning_rate(plan_.settings.schedule, epoch_), parts_.profile);
}

torch::Tensor Trial::no_outputs() const {
  return torch::zeros({0, parts_.data->set.classes},
                      torch::TensorOptions(plan_.settings.precision).device(plan_.settings.device));
}

const methods::LossFn& Trial::loss_of(const PassRequest& request) const {
  const bool is_weighted = phase().class_weights != settings::ClassWeights::none;
  if (request.tail_only) return is_weighted ? parts_.weighted_tail_loss : parts_.tail_loss;
  return is_weighted ? parts_.weighted_loss : parts_.loss;
}

void Trial::forward_backward(const PassRequest& request, const StepWork& work, const Batch& batch,
                             const methods::TranslatedSlots& translated) {
  const double passes = batch.partner_images.defined() ? 2 : 1;
  const double images = passes * static_cast<double>(batch.slots.size()) * forward_cost_;
  const auto [outputs, losses] = (*step_pass_)(loss_of(request), batch, work.slots, parts_.profile,
                                               {images, plan_.recipe.is_second_stage() ? 0 : 2 * images});
  if (!request.is_first) return;
  counters_->add(step_, work, {outputs.contiguous(), losses, batch.labels, plan_.settings.logit_scale}, translated);
}

void Trial::all_reduce_gradients(bool with_statistics) {
  const PhaseTimer timer(parts_.profile, ProfilePhase::reduce);
  parts_.ranks->all_reduce_sum(optimiser_->gradient());
  if (with_statistics) statistics_.average(*parts_.ranks);
}

nn::FrozenNetwork& Trial::frozen_network() {
  const torch::NoGradGuard no_gradient;
  frozen_->refresh();
  return *frozen_;
}

}  // namespace m2m::train

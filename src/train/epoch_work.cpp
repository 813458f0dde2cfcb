#include "train/epoch_work.hpp"

#include <algorithm>
#include <utility>

#include "data/epoch_plan.hpp"
#include "methods/losses.hpp"
#include "settings/recipe.hpp"

namespace m2m::train {

using data::Slot;

namespace {

std::vector<Slot> select_slots(std::span<const Slot> slots, const std::vector<std::int32_t>& positions) {
  std::vector<Slot> selected(positions.size());
  std::transform(positions.begin(), positions.end(), selected.begin(),
                 [&](std::int32_t slot) { return slots[slot]; });
  return selected;
}

nn::UploadSlice add_labels(const data::PlanInputs& plan_inputs, const std::vector<Slot>& slots,
                           nn::Upload& upload) {
  std::vector<std::int64_t> labels(slots.size());
  std::transform(slots.begin(), slots.end(), labels.begin(),
                 [&](const Slot& slot) { return plan_inputs.labels[slot.image]; });
  return upload.add(std::span<const std::int64_t>(labels));
}

nn::UploadSlice add_label_shares(const methods::StepMix& mix, const std::vector<std::int32_t>& slots_of_rank,
                                 nn::Upload& upload) {
  std::vector<double> shares(slots_of_rank.size());
  std::transform(slots_of_rank.begin(), slots_of_rank.end(), shares.begin(),
                 [&](std::int32_t slot) { return mix.label_shares[slot]; });
  return upload.add(std::span<const double>(shares));
}

/// Draws the noise on the logits of these slots of a step, [b, K].
nn::UploadSlice add_clouds(const EpochInputs& inputs, int epoch, std::int64_t step,
                           const std::vector<std::int32_t>& slots_of_rank, nn::Upload& upload) {
  const std::size_t classes = inputs.cloud_sizes.size();
  std::vector<float> clouds(slots_of_rank.size() * classes);
  for (std::size_t i = 0; i < slots_of_rank.size(); ++i) {
    methods::draw_clouds(inputs.plan_inputs.plan, epoch, step, slots_of_rank[i], inputs.cloud_sizes,
                         std::span(clouds).subspan(i * classes, classes));
  }
  return upload.add(std::span<const float>(clouds));
}

nn::UploadSlice add_replaced_features(const EpochInputs& inputs, int epoch, std::int64_t step, nn::Upload& upload) {
  const std::vector<std::uint8_t> is_replaced = methods::draw_replaced_features(
      inputs.plan_inputs.plan, epoch, step, inputs.features, inputs.plan.mixing.h2t_share);
  return upload.add(std::span<const std::uint8_t>(is_replaced), torch::kBool);
}

}  // namespace

EpochInputs make_epoch_inputs(const TrialPlan& plan, const TrialParts& parts, std::int64_t features) {
  const LoadedData& data = *parts.data;
  EpochInputs inputs{
      plan,
      parts.data,
      parts.editor,
      data::make_plan_inputs(data.set, data.split, plan.settings.batch_size, plan.keys.order, plan.keys.plan),
      {},
      features};
  if (plan.recipe.loss == settings::Loss::gaussian_clouded)
    inputs.cloud_sizes = methods::cloud_sizes(data.split.counts, plan.logit_noise);
  return inputs;
}

EpochWork::EpochWork(const EpochInputs& inputs, int epoch, Shard shard) : epoch_(epoch) {
  const settings::Phase phase = settings::phase_at(inputs.plan.recipe, epoch, inputs.plan.settings.defer_until);
  const data::EpochPlan plan = data::plan_epoch(inputs.plan_inputs, epoch, phase.sampling);
  if (phase.adds_noise) {
    pixel_means_ = upload_.add(std::span<const double>(inputs.data->mean));
    pixel_deviations_ = upload_.add(std::span<const double>(inputs.data->std));
  }
  for (std::int64_t i = 0; i < plan.steps(); ++i) plan_step(inputs, phase, plan.step(i), shard);
}

void EpochWork::plan_step(const EpochInputs& inputs, const settings::Phase& phase, std::span<const Slot> slots,
                          Shard shard) {
  const data::PlanInputs& plan_inputs = inputs.plan_inputs;
  const data::ImageShape& shape = inputs.data->set.train.shape;
  const methods::AddIndicesFn add_data_indices = [&](nn::Upload& upload, std::span<const Slot> images) {
    return add_indices(*inputs.data, images, upload);
  };
  const std::int64_t index = steps();
  Planned& step = steps_.emplace_back();
  StepWork& host = step.host;
  host.slots = slots.size();
  slots_ += static_cast<std::int64_t>(slots.size());
  if (phase.translates) host.planned = inputs.editor->plan(plan_inputs, slots, epoch_, index, shape);
  host.mix = methods::plan_mix(plan_inputs, slots, epoch_, index, shape, inputs.plan.mixing);
  select_slots_of_rank(inputs, phase.adds_noise, slots, shard);
  const std::vector<Slot> of_rank = select_slots(slots, host.slots_of_rank);
  step.indices = add_data_indices(upload_, of_rank);
  step.labels = add_labels(plan_inputs, of_rank, upload_);
  step.translations = methods::add_translations(host.planned, host.slots_of_rank, add_data_indices, upload_);
  if (!inputs.cloud_sizes.empty()) step.clouds = add_clouds(inputs, epoch_, index, host.slots_of_rank, upload_);
  if (host.mix.partners.empty()) return;
  const std::vector<Slot> partners = select_slots(host.mix.partners, host.slots_of_rank);
  step.partner_indices = add_data_indices(upload_, partners);
  step.partner_labels = add_labels(plan_inputs, partners, upload_);
  step.label_shares = add_label_shares(host.mix, host.slots_of_rank, upload_);
  if (host.mix.mixes_features) step.replaced_features = add_replaced_features(inputs, epoch_, index, upload_);
}

void EpochWork::select_slots_of_rank(const EpochInputs& inputs, bool adds_noise, std::span<const Slot> slots,
                                     Shard shard) {
  Planned& step = steps_.back();
  StepWork& host = step.host;
  const auto select = [&](std::span<const std::int32_t> divided_first) {
    return data::shard_slots(static_cast<std::int64_t>(slots.size()), divided_first, shard.rank, shard.ranks);
  };
  if (!adds_noise) {
    host.slots_of_rank = select(host.planned.translated_slots());
    return;
  }
  const std::vector<std::int32_t> noise_slots =
      methods::plan_noise(inputs.plan_inputs, slots, epoch_, steps() - 1, inputs.plan.noise_delta);
  step.has_noise = !noise_slots.empty();
  host.slots_of_rank = select(noise_slots);
  const std::int64_t first_noise = methods::move_noise_last(host.slots_of_rank, noise_slots);
  step.noise_slots = upload_.add(std::span<const std::int32_t>(host.slots_of_rank).subspan(first_noise));
}

StepWork EpochWork::step(std::int64_t index) const {
  const Planned& planned = steps_[static_cast<std::size_t>(index)];
  StepWork work = planned.host;
  work.indices = upload_[planned.indices];
  work.labels = upload_[planned.labels];
  work.translations = planned.translations.in(upload_);
  const auto rows = static_cast<std::int64_t>(work.slots_of_rank.size());
  if (planned.has_noise)
    work.noise = {upload_[planned.noise_slots], upload_[pixel_means_], upload_[pixel_deviations_]};
  if (planned.clouds.bytes > 0) work.clouds = upload_[planned.clouds].view({rows, -1});
  if (work.mix.partners.empty()) return work;
  work.partner_indices = upload_[planned.partner_indices];
  work.partner_labels = upload_[planned.partner_labels];
  work.label_shares = upload_[planned.label_shares];
  if (work.mix.mixes_features) work.replaced_features = upload_[planned.replaced_features];
  return work;
}

EpochPlanner::EpochPlanner(EpochInputs inputs, Shard shard) : inputs_(std::move(inputs)), shard_(shard) {}

void EpochPlanner::expect(int epoch) {
  if (!inputs_.plan.settings.plans_ahead) return;
  if (coming_.valid()) coming_.wait();  // one plan at a time
  expected_ = epoch;
  coming_ = std::async(std::launch::async, [this, epoch] { return EpochWork(inputs_, epoch, shard_); });
}

EpochWork EpochPlanner::take(int epoch) {
  if (coming_.valid()) coming_.wait();
  const bool is_expected = std::exchange(expected_, -1) == epoch;
  EpochWork work = is_expected ? coming_.get() : EpochWork(inputs_, epoch, shard_);
  work.send(inputs_.plan.settings.device);
  return work;
}

}  // namespace m2m::train

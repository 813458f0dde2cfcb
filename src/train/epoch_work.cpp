#include "train/epoch_work.hpp"

#include <algorithm>
#include <utility>

#include "data/epoch_plan.hpp"
#include "settings/recipe.hpp"

namespace m2m::train {

using data::Slot;

namespace {

std::vector<Slot> select_slots(std::span<const Slot> slots, const std::vector<std::int32_t>& which) {
  std::vector<Slot> some(which.size());
  std::transform(which.begin(), which.end(), some.begin(), [&](std::int32_t slot) { return slots[slot]; });
  return some;
}

nn::UploadSlice add_labels(const data::PlanInputs& basis, const std::vector<Slot>& slots, nn::Upload& upload) {
  std::vector<std::int64_t> labels(slots.size());
  std::transform(slots.begin(), slots.end(), labels.begin(),
                 [&](const Slot& slot) { return basis.labels[slot.image]; });
  return upload.add(std::span<const std::int64_t>(labels));
}

nn::UploadSlice add_label_shares(const methods::StepMix& mix, const std::vector<std::int32_t>& own,
                                 nn::Upload& upload) {
  std::vector<double> shares(own.size());
  std::transform(own.begin(), own.end(), shares.begin(), [&](std::int32_t slot) { return mix.label_shares[slot]; });
  return upload.add(std::span<const double>(shares));
}

}  // namespace

EpochWork::EpochWork(const TrialSetup& setup, const data::PlanInputs& basis, int epoch, Shard share)
    : epoch_(epoch) {
  const settings::Phase phase = settings::phase_at(setup.recipe, epoch, setup.settings.defer_until);
  const data::EpochPlan plan = data::plan_epoch(basis, epoch, phase.sampling);
  const LoadedData& data = *setup.data;
  const data::ImageShape& shape = data.set.train.shape;
  const methods::AddIndicesFn add_data_indices = [&](nn::Upload& upload, std::span<const Slot> slots) {
    return add_indices(data, slots, upload);
  };
  for (std::int64_t i = 0; i < plan.steps(); ++i) {
    const std::span<const Slot> slots = plan.step(i);
    Planned& step = steps_.emplace_back();
    StepWork& host = step.host;
    host.slots = slots.size();
    slots_ += static_cast<std::int64_t>(slots.size());
    if (phase.translates) host.planned = setup.editing.plan(basis, slots, epoch, i, shape);
    host.mix = methods::plan_mix(basis, slots, epoch, i, shape, setup.mixing);
    host.own = data::shard_slots(static_cast<std::int64_t>(slots.size()), host.planned.translated_slots(),
                                 share.rank, share.ranks);
    const std::vector<Slot> own = select_slots(slots, host.own);
    step.indices = add_data_indices(upload_, own);
    step.labels = add_labels(basis, own, upload_);
    step.translations = methods::add_translations(host.planned, host.own, add_data_indices, upload_);
    if (host.mix.partners.empty()) continue;
    const std::vector<Slot> partners = select_slots(host.mix.partners, host.own);
    step.partner_indices = add_data_indices(upload_, partners);
    step.partner_labels = add_labels(basis, partners, upload_);
    step.label_shares = add_label_shares(host.mix, host.own, upload_);
  }
}

StepWork EpochWork::step(std::int64_t index) const {
  const Planned& planned = steps_[static_cast<std::size_t>(index)];
  StepWork work = planned.host;
  work.indices = upload_[planned.indices];
  work.labels = upload_[planned.labels];
  work.translations = planned.translations.from(upload_);
  if (work.mix.partners.empty()) return work;
  work.partner_indices = upload_[planned.partner_indices];
  work.partner_labels = upload_[planned.partner_labels];
  work.label_shares = upload_[planned.label_shares];
  return work;
}

EpochPlanner::EpochPlanner(TrialSetup setup, data::PlanInputs basis)
    : setup_(std::move(setup)), basis_(std::move(basis)) {
  setup_.start.reset();  // their memory
  setup_.resume.reset();
}

EpochWork EpochPlanner::plan(int epoch) const {
  return {setup_, basis_, epoch, {setup_.ranks->rank(), setup_.ranks->size()}};
}

void EpochPlanner::expect(int epoch) {
  if (!setup_.settings.plans_ahead) return;
  if (coming_.valid()) coming_.wait();  // a method may keep what it needs for its plans: one thread at a time
  expected_ = epoch;
  coming_ = std::async(std::launch::async, [this, epoch] { return plan(epoch); });
}

EpochWork EpochPlanner::take(int epoch) {
  if (coming_.valid()) coming_.wait();
  const bool is_expected = std::exchange(expected_, -1) == epoch;
  EpochWork work = is_expected ? coming_.get() : plan(epoch);
  work.send(setup_.settings.device);
  return work;
}

}  // namespace m2m::train

#include "data/epoch_plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "data/augmentation.hpp"

namespace m2m::data {
namespace {

/// Epoch, step and slot in the counter of every number drawn for a slot.
struct CounterPlace {
  std::uint32_t epoch, step, slot;
};

CounterPlace counter_place(const PlanInputs& inputs, int epoch, std::int64_t index) {
  return {static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index / inputs.batch),
          static_cast<std::uint32_t>(index % inputs.batch)};
}

std::int32_t balanced_image(const PlanInputs& inputs, CounterPlace at, Purpose class_purpose,
                            Purpose image_purpose) {
  Stream class_stream(inputs.plan, class_purpose, at.epoch, at.step, at.slot);
  const auto& images =
      inputs.positions_by_class[class_stream.below(static_cast<std::int64_t>(inputs.positions_by_class.size()))];
  Stream image_stream(inputs.plan, image_purpose, at.epoch, at.step, at.slot);
  return images[image_stream.below(static_cast<std::int64_t>(images.size()))];
}

/// Images of the slots [first, last) of an epoch: a shuffle of all images continues from epoch to epoch.
std::vector<std::int32_t> smote_images(const PlanInputs& inputs, int epoch, std::int64_t first, std::int64_t last) {
  const auto all = static_cast<std::int64_t>(inputs.labels.size());
  const std::int64_t before = std::int64_t{epoch} * epoch_size(inputs);
  std::vector<std::int32_t> images, order;
  std::int64_t shuffle = -1;
  for (std::int64_t at = before + first; at < before + last; ++at) {
    if (at / all != shuffle) {
      shuffle = at / all;
      order = permutation(all, Stream(inputs.order, Purpose::filled_order, static_cast<std::uint32_t>(shuffle)));
    }
    images.push_back(order[at % all]);
  }
  return images;
}

/// Images of the slots [first, last) of an epoch, by its sampling.
std::vector<std::int32_t> sampled_images(const PlanInputs& inputs, int epoch, settings::Sampling sampling,
                                         std::int64_t first, std::int64_t last) {
  if (sampling == settings::Sampling::smote) return smote_images(inputs, epoch, first, last);
  std::vector<std::int32_t> images;
  if (sampling == settings::Sampling::class_balanced) {
    for (std::int64_t index = first; index < last; ++index) {
      images.push_back(balanced_image(inputs, counter_place(inputs, epoch, index), Purpose::sample_class,
                                      Purpose::sample_image));
    }
    return images;
  }
  const auto order =
      permutation(epoch_size(inputs), Stream(inputs.order, Purpose::order, static_cast<std::uint32_t>(epoch)));
  images.assign(order.begin() + first, order.begin() + last);
  return images;
}

}  // namespace

std::span<const Slot> EpochPlan::step(std::int64_t index) const {
  const std::int64_t first = index * batch;
  const std::int64_t size = std::min(batch, static_cast<std::int64_t>(slots.size()) - first);
  return std::span(slots).subspan(first, size);
}

PlanInputs make_plan_inputs(const DataSet& data, const Split& split, std::int64_t batch, Key order, Key plan) {
  const Samples& images = samples_in(data, split.train.pool);
  PlanInputs inputs{
      {},
      split.counts,
      std::vector<std::vector<std::int32_t>>(split.counts.size()),
      data.augmentation,
      batch,
      order,
      plan,
      images.shape,
      std::vector<std::uint8_t>(data.augmentation.settings.has_curriculum() ? split.counts.size() : 0)};
  for (const std::int32_t row : split.train.rows) {
    // Re-sampling draws from the images before oversampling (SMOTE).
    const bool is_own = static_cast<std::int64_t>(inputs.labels.size()) < total(split.counts);
    if (is_own)
      inputs.positions_by_class[images.labels[row]].push_back(static_cast<std::int32_t>(inputs.labels.size()));
    inputs.labels.push_back(images.labels[row]);
  }
  return inputs;
}

kernels::Window draw_window(Stream& stream, ImageShape shape, double min_scale) {
  const double area = static_cast<double>(shape.height) * shape.width;
  for (int tries = 0; tries < 10; ++tries) {
    const double part = area * (min_scale + (1 - min_scale) * stream.uniform());
    const double ratio = std::exp((2 * stream.uniform() - 1) * std::log(4.0 / 3));
    const auto height = static_cast<int>(std::lround(std::sqrt(part / ratio)));
    const auto width = static_cast<int>(std::lround(std::sqrt(part * ratio)));
    if (height < 1 || width < 1 || height > shape.height || width > shape.width) continue;
    const auto top = stream.below(shape.height - height + 1), left = stream.below(shape.width - width + 1);
    return {static_cast<std::int16_t>(top), static_cast<std::int16_t>(left), static_cast<std::int16_t>(height),
            static_cast<std::int16_t>(width)};
  }
  return {0, 0, static_cast<std::int16_t>(shape.height), static_cast<std::int16_t>(shape.width)};
}

namespace {

/// Shifts or resizes an image, and flips it.
Slot crop_slot(const PlanInputs& inputs, std::int32_t image, Stream& stream) {
  if (inputs.augmentation.min_scale < 1) {
    const kernels::Window window = draw_window(stream, inputs.shape, inputs.augmentation.min_scale);
    return {image, 0, 0, static_cast<std::uint8_t>(inputs.augmentation.flip ? stream.below(2) : 0), window};
  }
  const int pad = inputs.augmentation.pad;
  const auto dy = static_cast<std::int8_t>(stream.below(2 * pad + 1) - pad);
  const auto dx = static_cast<std::int8_t>(stream.below(2 * pad + 1) - pad);
  return {image, dy, dx, static_cast<std::uint8_t>(inputs.augmentation.flip ? stream.below(2) : 0)};
}

}  // namespace

Slot augment_slot(const PlanInputs& inputs, std::int32_t image, AugmentStreams streams) {
  Slot slot = crop_slot(inputs, image, streams.crop);
  const settings::AugmentSettings& settings = inputs.augmentation.settings;
  const int level = inputs.levels.empty() ? 0 : inputs.levels[inputs.labels[image]];
  if (settings.transforms()) slot.transforms = draw_transforms(streams.transforms, settings, inputs.shape, level);
  return slot;
}

std::int64_t epoch_size(const PlanInputs& inputs) { return total(inputs.counts); }

namespace {

CounterPlace partner_place(int epoch, std::int64_t step, std::size_t slot) {
  return {static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(slot)};
}

Slot augment_partner(const PlanInputs& inputs, CounterPlace at, std::int32_t image) {
  return augment_slot(inputs, image,
                      {Stream(inputs.plan, Purpose::partner_crop, at.epoch, at.step, at.slot),
                       Stream(inputs.plan, Purpose::partner_transforms, at.epoch, at.step, at.slot)});
}

}  // namespace

Slot partner_slot(const PlanInputs& inputs, int epoch, std::int64_t step, std::size_t slot) {
  const CounterPlace at = partner_place(epoch, step, slot);
  return augment_partner(inputs, at, balanced_image(inputs, at, Purpose::partner_class, Purpose::partner_image));
}

Slot plain_partner_slot(const PlanInputs& inputs, int epoch, std::int64_t step, std::size_t slot) {
  const CounterPlace at = partner_place(epoch, step, slot);
  Stream stream(inputs.plan, Purpose::partner_image, at.epoch, at.step, at.slot);
  return augment_partner(inputs, at, static_cast<std::int32_t>(stream.below(epoch_size(inputs))));
}

EpochPlan plan_epoch(const PlanInputs& inputs, int epoch, settings::Sampling sampling) {
  return {epoch, inputs.batch, plan_slots(inputs, epoch, sampling, 0, epoch_size(inputs))};
}

std::vector<Slot> plan_slots(const PlanInputs& inputs, int epoch, settings::Sampling sampling, std::int64_t first,
                             std::int64_t last) {
  if (first < 0 || first > last || last > epoch_size(inputs)) {
    throw internal_error("the range of slots is outside of the epoch");
  }
  std::vector<Slot> slots;
  slots.reserve(last - first);
  for (const std::int32_t image : sampled_images(inputs, epoch, sampling, first, last)) {
    const CounterPlace at = counter_place(inputs, epoch, first + static_cast<std::int64_t>(slots.size()));
    slots.push_back(augment_slot(inputs, image,
                                 {Stream(inputs.order, Purpose::crop, at.epoch, at.step, at.slot),
                                  Stream(inputs.order, Purpose::transforms, at.epoch, at.step, at.slot)}));
  }
  return slots;
}

std::vector<std::int32_t> shard_slots(std::int64_t slots, std::span<const std::int32_t> edited_slots, int rank,
                                      int ranks) {
  std::vector<std::int32_t> shard;
  std::int64_t assigned = 0;
  const auto assign = [&](std::int32_t slot) {
    if (assigned++ % ranks == rank) shard.push_back(slot);
  };
  for (const std::int32_t slot : edited_slots) assign(slot);
  auto next_edited = edited_slots.begin();
  for (std::int32_t slot = 0; slot < slots; ++slot) {
    if (next_edited != edited_slots.end() && *next_edited == slot) {
      ++next_edited;
    } else {
      assign(slot);
    }
  }
  std::sort(shard.begin(), shard.end());
  return shard;
}

std::pair<std::int64_t, std::int64_t> shard_range(std::int64_t count, int rank, int ranks) {
  return {count * rank / ranks, count * (rank + 1) / ranks};
}

}  // namespace m2m::data

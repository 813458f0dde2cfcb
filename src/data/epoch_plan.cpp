#include "data/epoch_plan.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace m2m {
namespace {

/// Where a slot stands in the counter of every number drawn for it.
struct Place {
  std::uint32_t epoch, step, slot;
};

Place place_of(const PlanBasis& basis, int epoch, std::int64_t index) {
  return {static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index / basis.batch),
          static_cast<std::uint32_t>(index % basis.batch)};
}

std::int32_t balanced_image(const PlanBasis& basis, Place at) {
  Stream of_class(basis.plan, Purpose::sample_class, at.epoch, at.step, at.slot);
  const auto& images = basis.of_class[of_class.below(static_cast<std::int64_t>(basis.of_class.size()))];
  Stream of_image(basis.plan, Purpose::sample_image, at.epoch, at.step, at.slot);
  return images[of_image.below(static_cast<std::int64_t>(images.size()))];
}

Slot augmented(const PlanBasis& basis, Place at, std::int32_t image) {
  const int pad = basis.augmentation.pad;
  Stream stream(basis.order, Purpose::crop, at.epoch, at.step, at.slot);
  const auto dy = static_cast<std::int8_t>(stream.below(2 * pad + 1) - pad);
  const auto dx = static_cast<std::int8_t>(stream.below(2 * pad + 1) - pad);
  return {image, dy, dx, static_cast<std::uint8_t>(basis.augmentation.flip ? stream.below(2) : 0)};
}

}  // namespace

std::span<const Slot> EpochPlan::step(std::int64_t index) const {
  const std::int64_t first = index * batch;
  const std::int64_t size = std::min(batch, static_cast<std::int64_t>(slots.size()) - first);
  return std::span(slots).subspan(first, size);
}

PlanBasis plan_basis(const DataSet& data, const Split& split, std::int64_t batch, Key order, Key plan) {
  const Images& images = pool_of(data, split.train.pool);
  PlanBasis basis{
      {},    split.counts, std::vector<std::vector<std::int32_t>>(split.counts.size()), data.augmentation, batch,
      order, plan};
  for (const std::int32_t row : split.train.rows) {
    basis.of_class[images.labels[row]].push_back(static_cast<std::int32_t>(basis.labels.size()));
    basis.labels.push_back(images.labels[row]);
  }
  return basis;
}

EpochPlan plan_epoch(const PlanBasis& basis, int epoch, Sampling sampling) {
  const auto size = static_cast<std::int64_t>(basis.labels.size());
  return {epoch, basis.batch, plan_slots(basis, epoch, sampling, 0, size)};
}

std::vector<Slot> plan_slots(const PlanBasis& basis, int epoch, Sampling sampling, std::int64_t first,
                             std::int64_t last) {
  const auto size = static_cast<std::int64_t>(basis.labels.size());
  if (first < 0 || first > last || last > size)
    throw internal_error("slots were asked for that the epoch does not have");
  std::vector<std::int32_t> order;
  if (sampling == Sampling::permutation) {
    order = permutation(size, Stream(basis.order, Purpose::order, static_cast<std::uint32_t>(epoch)));
  }
  std::vector<Slot> slots;
  slots.reserve(last - first);
  for (std::int64_t index = first; index < last; ++index) {
    const Place at = place_of(basis, epoch, index);
    slots.push_back(augmented(basis, at, order.empty() ? balanced_image(basis, at) : order[index]));
  }
  return slots;
}

}  // namespace m2m

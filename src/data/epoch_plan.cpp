#include "data/epoch_plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"

namespace m2m::data {
namespace {

/// Where a slot stands in the counter of every number drawn for it.
struct Place {
  std::uint32_t epoch, step, slot;
};

Place place_of(const PlanBasis& basis, int epoch, std::int64_t index) {
  return {static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index / basis.batch),
          static_cast<std::uint32_t>(index % basis.batch)};
}

std::int32_t balanced_image(const PlanBasis& basis, Place at, Purpose class_purpose, Purpose image_purpose) {
  Stream of_class(basis.plan, class_purpose, at.epoch, at.step, at.slot);
  const auto& images = basis.of_class[of_class.below(static_cast<std::int64_t>(basis.of_class.size()))];
  Stream of_image(basis.plan, image_purpose, at.epoch, at.step, at.slot);
  return images[of_image.below(static_cast<std::int64_t>(images.size()))];
}

/// Images of the slots [first, last) of an epoch, where a shuffle of all images goes on from epoch to epoch.
std::vector<std::int32_t> filled_images(const PlanBasis& basis, int epoch, std::int64_t first, std::int64_t last) {
  const auto all = static_cast<std::int64_t>(basis.labels.size());
  const std::int64_t before = std::int64_t{epoch} * epoch_size(basis);
  std::vector<std::int32_t> images, order;
  std::int64_t shuffle = -1;
  for (std::int64_t at = before + first; at < before + last; ++at) {
    if (at / all != shuffle) {
      shuffle = at / all;
      order = permutation(all, Stream(basis.order, Purpose::filled_order, static_cast<std::uint32_t>(shuffle)));
    }
    images.push_back(order[at % all]);
  }
  return images;
}

/// Images of the slots [first, last) of an epoch.
std::vector<std::int32_t> sampled_images(const PlanBasis& basis, int epoch, settings::Sampling sampling,
                                         std::int64_t first, std::int64_t last) {
  if (sampling == settings::Sampling::smote) return filled_images(basis, epoch, first, last);
  std::vector<std::int32_t> images;
  if (sampling == settings::Sampling::class_balanced) {
    for (std::int64_t index = first; index < last; ++index) {
      images.push_back(
          balanced_image(basis, place_of(basis, epoch, index), Purpose::sample_class, Purpose::sample_image));
    }
    return images;
  }
  const auto order =
      permutation(epoch_size(basis), Stream(basis.order, Purpose::order, static_cast<std::uint32_t>(epoch)));
  images.assign(order.begin() + first, order.begin() + last);
  return images;
}

}  // namespace

std::span<const Slot> EpochPlan::step(std::int64_t index) const {
  const std::int64_t first = index * batch;
  const std::int64_t size = std::min(batch, static_cast<std::int64_t>(slots.size()) - first);
  return std::span(slots).subspan(first, size);
}

PlanBasis plan_basis(const DataSet& data, const Split& split, std::int64_t batch, Key order, Key plan) {
  const Images& images = pool_of(data, split.train.pool);
  PlanBasis basis{{},
                  split.counts,
                  std::vector<std::vector<std::int32_t>>(split.counts.size()),
                  data.augmentation,
                  batch,
                  order,
                  plan,
                  images.shape};
  for (const std::int32_t row : split.train.rows) {
    // Re-sampling draws from what was there before a set was filled up.
    const bool is_own = static_cast<std::int64_t>(basis.labels.size()) < total(split.counts);
    if (is_own) basis.of_class[images.labels[row]].push_back(static_cast<std::int32_t>(basis.labels.size()));
    basis.labels.push_back(images.labels[row]);
  }
  return basis;
}

kernels::Window draw_window(Stream& stream, ImageShape shape, double least_scale) {
  const double area = static_cast<double>(shape.height) * shape.width;
  for (int tries = 0; tries < 10; ++tries) {
    const double part = area * (least_scale + (1 - least_scale) * stream.uniform());
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

Slot augmented(const PlanBasis& basis, std::int32_t image, Stream stream) {
  if (basis.augmentation.least_scale < 1) {
    const kernels::Window window = draw_window(stream, basis.shape, basis.augmentation.least_scale);
    return {image, 0, 0, static_cast<std::uint8_t>(basis.augmentation.flip ? stream.below(2) : 0), window};
  }
  const int pad = basis.augmentation.pad;
  const auto dy = static_cast<std::int8_t>(stream.below(2 * pad + 1) - pad);
  const auto dx = static_cast<std::int8_t>(stream.below(2 * pad + 1) - pad);
  return {image, dy, dx, static_cast<std::uint8_t>(basis.augmentation.flip ? stream.below(2) : 0)};
}

std::int64_t epoch_size(const PlanBasis& basis) { return total(basis.counts); }

Slot partner_slot(const PlanBasis& basis, int epoch, std::int64_t step, std::size_t slot) {
  const Place at{static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step),
                 static_cast<std::uint32_t>(slot)};
  const std::int32_t image = balanced_image(basis, at, Purpose::partner_class, Purpose::partner_image);
  return augmented(basis, image, Stream(basis.plan, Purpose::partner_crop, at.epoch, at.step, at.slot));
}

EpochPlan plan_epoch(const PlanBasis& basis, int epoch, settings::Sampling sampling) {
  return {epoch, basis.batch, plan_slots(basis, epoch, sampling, 0, epoch_size(basis))};
}

std::vector<Slot> plan_slots(const PlanBasis& basis, int epoch, settings::Sampling sampling, std::int64_t first,
                             std::int64_t last) {
  if (first < 0 || first > last || last > epoch_size(basis)) {
    throw internal_error("slots were asked for that the epoch does not have");
  }
  std::vector<Slot> slots;
  slots.reserve(last - first);
  for (const std::int32_t image : sampled_images(basis, epoch, sampling, first, last)) {
    const Place at = place_of(basis, epoch, first + static_cast<std::int64_t>(slots.size()));
    slots.push_back(augmented(basis, image, Stream(basis.order, Purpose::crop, at.epoch, at.step, at.slot)));
  }
  return slots;
}

std::vector<std::int32_t> deal_slots(std::int64_t slots, std::span<const std::int32_t> costly, int rank,
                                     int ranks) {
  std::vector<std::int32_t> own;
  std::int64_t dealt = 0;
  const auto deal = [&](std::int32_t slot) {
    if (dealt++ % ranks == rank) own.push_back(slot);
  };
  for (const std::int32_t slot : costly) deal(slot);
  auto next_costly = costly.begin();
  for (std::int32_t slot = 0; slot < slots; ++slot) {
    if (next_costly != costly.end() && *next_costly == slot) {
      ++next_costly;
    } else {
      deal(slot);
    }
  }
  std::sort(own.begin(), own.end());
  return own;
}

std::pair<std::int64_t, std::int64_t> share_of(std::int64_t count, int rank, int ranks) {
  return {count * rank / ranks, count * (rank + 1) / ranks};
}

}  // namespace m2m::data

#include "methods/noise_images.hpp"

#include <algorithm>

#include "nn/tensor_kernels.hpp"

namespace m2m::methods {

double noise_probability(const ClassCounts& counts, int label, double delta) {
  return delta * (1 - static_cast<double>(counts[label]) / static_cast<double>(largest(counts)));
}

std::vector<std::int32_t> plan_noise(const data::PlanInputs& inputs, std::span<const data::Slot> slots, int epoch,
                                     std::int64_t step, double delta) {
  std::vector<std::int32_t> noise_slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Stream stream(inputs.plan, Purpose::noise_slot, static_cast<std::uint32_t>(epoch),
                  static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(i));
    const int label = inputs.labels[slots[i].image];
    if (stream.uniform() < noise_probability(inputs.counts, label, delta))
      noise_slots.push_back(static_cast<std::int32_t>(i));
  }
  // Two natural images: of a single one, batch norm has no unbiased variance to keep.
  while (noise_slots.size() + 2 > slots.size() && !noise_slots.empty()) noise_slots.erase(noise_slots.begin());
  return noise_slots;
}

std::int64_t move_noise_last(std::vector<std::int32_t>& slots_of_rank, std::span<const std::int32_t> noise_slots) {
  const auto first_noise = std::stable_partition(
      slots_of_rank.begin(), slots_of_rank.end(),
      [&](std::int32_t slot) { return !std::binary_search(noise_slots.begin(), noise_slots.end(), slot); });
  return first_noise - slots_of_rank.begin();
}

void fill_with_noise(const NoiseWork& work, Key plan, int epoch, std::int64_t step, Batch& batch) {
  if (!work.slots.defined()) return;
  const std::int64_t count = work.slots.size(0);
  batch.first_noise = batch.images.size(0) - count;
  torch::Tensor images = batch.images.narrow(0, *batch.first_noise, count);
  nn::draw_noise_images(images, {plan, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step),
                                 work.slots.const_data_ptr<std::int32_t>(), work.means.const_data_ptr<double>(),
                                 work.deviations.const_data_ptr<double>()});
}

}  // namespace m2m::methods

#pragma once
// The two ends of a translation in a thread block: its start, and what becomes of the result.
#include <cmath>

#include "kernels/fused_head.hpp"
#include "kernels/start_pixel.hpp"
#include "kernels/translate.hpp"

namespace m2m::kernels {

inline constexpr int image_values = 3 * 32 * 32;

/// A translation of a batch, and the memory of the block that computes it.
template <typename Block>
struct TranslationTask {
  template <typename T>
  using Global = typename Block::template Global<T>;

  const TranslationBatch& batch;
  std::int32_t image;         // of the batch's translations
  Global<float> x, gradient;  // [3][32][32]
};

/// Value `number` of the seed image, as augmented.
M2M_HOST_DEVICE inline float seed_value(const TranslationBatch& batch, std::int64_t image, int number) {
  return gathered_pixel(batch.pixels, {3, 32, 32}, batch.seeds[image], number, batch.divisor);
}

/// Value `number` of the start.
M2M_HOST_DEVICE inline float start_value(const TranslationBatch& batch, std::int64_t image, int number) {
  const float seed = seed_value(batch, image, number);
  return batch.is_random ? start_pixel(batch.noise, image, number, 32 * 32, seed) : seed;
}

/// Writes the start to task.x. No barrier.
template <typename Block>
M2M_DEVICE void start_image(Block& block, const TranslationTask<Block>& task) {
  for_each_item(block, image_values, [&](auto& warp, typename Block::Word item, auto is_item) {
    const auto start = warp.map(item, is_item, [&](std::uint32_t number) {
      return start_value(task.batch, task.image, static_cast<int>(number));
    });
    warp.store(task.x, item, start, is_item);
  });
}

/// Applies the gamma test. A belief that is not a number fails it.
M2M_HOST_DEVICE inline bool passes(const GammaRule& rule, float belief) {
  return rule.tests_probability ? belief >= rule.gamma : -logf(belief) < rule.gamma;
}

/// Tests what g believes of x*, writes that down, and if it is accepted the image and the label. outputs: address
/// of g's outputs in shared memory, complete. Each lane copies the values that step_pixels gave it.
template <typename Block>
M2M_DEVICE void finish_image(Block& block, const TranslationTask<Block>& task, std::uint32_t outputs, int classes) {
  const TranslationBatch& batch = task.batch;
  const std::int64_t image = task.image;
  typename Block::template PerWarp<bool> accepted;
  block.each_warp([&](auto& warp) {
    const int target = static_cast<int>(batch.targets[image]);
    const float belief = warp.first_lane(probability_of<Block>(warp, outputs, classes, target));
    accepted[warp] = batch.coins[image] && passes(batch.gamma_rule, belief);
    if (warp.index() != 0) return;
    warp.once([&] {
      batch.beliefs[image] = belief;
      batch.accepted[image] = accepted[warp];
      if (accepted[warp]) batch.batch_labels[batch.rows[image]] = batch.labels[image];
    });
  });
  const auto slot = Block::global(batch.images + batch.rows[image] * image_values, image_values);
  for_each_item(block, image_values, [&](auto& warp, typename Block::Word item, auto is_item) {
    if (!accepted[warp]) return;
    const auto shown =
        batch.shows_seed
            ? warp.map(item, is_item,
                       [&](std::uint32_t number) { return seed_value(batch, image, static_cast<int>(number)); })
            : warp.read(task.x, item, is_item);
    warp.store(slot, item, shown, is_item);
  });
}

}  // namespace m2m::kernels

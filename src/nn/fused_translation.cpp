#include "nn/fused_translation.hpp"

#include <algorithm>

#include "kernels/fused_resnet.hpp"

namespace m2m::nn {

kernels::TranslationBatch kernel_batch(const FusedTranslation& translation) {
  TORCH_CHECK(translation.images.is_contiguous(), "a fused translation writes into contiguous images");
  kernels::TranslationBatch batch{};
  batch.count = static_cast<int>(translation.rows.size(0));
  batch.pixels = translation.pixels.const_data_ptr<std::uint8_t>();
  batch.seeds = static_cast<const kernels::GatherIndex*>(translation.seeds.const_data_ptr());
  batch.divisor = static_cast<float>(translation.divisor);
  batch.is_random = translation.noise.has_value();
  if (translation.noise) batch.noise = *translation.noise;
  batch.seed_classes = translation.seed_classes.const_data_ptr<std::int64_t>();
  batch.targets = translation.targets.const_data_ptr<std::int64_t>();
  batch.steps = translation.steps;
  batch.step_size = static_cast<float>(translation.step_size);
  batch.lambda = static_cast<float>(translation.lambda);
  batch.per_image = 1 / static_cast<float>(translation.n);
  batch.gamma_rule = translation.gamma_rule;
  batch.coins = translation.coins.const_data_ptr<bool>();
  batch.shows_seed = translation.shows_seed;
  batch.rows = translation.rows.const_data_ptr<std::int64_t>();
  batch.labels = translation.labels.const_data_ptr<std::int64_t>();
  batch.images = translation.images.mutable_data_ptr<float>();
  batch.batch_labels = translation.batch_labels.mutable_data_ptr<std::int64_t>();
  batch.accepted = translation.accepted.mutable_data_ptr<bool>();
  batch.beliefs = translation.beliefs.mutable_data_ptr<float>();
  return batch;
}

std::int64_t fused_translation_bytes(int blocks, std::int64_t m) {
  constexpr std::int64_t copies = 2, image_values = 3 * 32 * 32;  // a copy of the images for each network
  const std::int64_t words = std::max(kernels::resnet_sign_words<4>(blocks), kernels::resnet_sign_words<8>(blocks));
  return copies * m * (2 * image_values + words) * 4;
}

}  // namespace m2m::nn

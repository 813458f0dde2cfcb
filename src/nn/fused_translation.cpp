#include "nn/fused_translation.hpp"

#include "kernels/fused_resnet.hpp"

namespace m2m::nn {
namespace {

constexpr std::int64_t copies = 2;  // of the images, one for each network
constexpr std::int64_t image_values = 3 * 32 * 32;

}  // namespace

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

TranslationMemory::TranslationMemory(int blocks, std::int64_t m, torch::Device device) {
  const auto options = torch::device(device).dtype(torch::kFloat32);
  x_ = torch::empty({copies, m, image_values}, options);
  gradients_ = torch::empty_like(x_);
  signs_ = torch::empty({copies, m, kernels::sign_words(blocks)}, options.dtype(torch::kInt32));
}

void TranslationMemory::show_in(kernels::TranslationBatch& batch) {
  batch.x = x_.data_ptr<float>();
  batch.gradients = gradients_.data_ptr<float>();
  batch.signs = reinterpret_cast<std::uint32_t*>(signs_.data_ptr<std::int32_t>());
}

std::size_t TranslationMemory::bytes() const { return x_.nbytes() + gradients_.nbytes() + signs_.nbytes(); }

std::int64_t fused_translation_bytes(int blocks, std::int64_t m) {
  return copies * m * (2 * image_values + kernels::sign_words(blocks)) * std::int64_t{sizeof(float)};
}

}  // namespace m2m::nn

#pragma once
// Translations of made-up images by made-up networks, in host memory and in emulated blocks.
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/translate.hpp"
#include "support/emulated_pair.hpp"
#include "support/packed_network.hpp"

namespace m2m::testing {

/// Four translations into a batch of seven: of shifted, mirrored and resized seeds; the last one has lost its coin.
struct TranslationCase {
  static constexpr int count = 4, batch_images = 7, stored_images = 6, classes = 10;
  static constexpr auto image = static_cast<std::size_t>(kernels::image_values);

  explicit TranslationCase(bool is_cosine = false, float of_f = 0.5F)
      : f(drawn_network(1, classes, is_cosine, 100)), g(drawn_network(1, classes, is_cosine, 200)), lambda(of_f) {
    std::mt19937 engine(5);
    std::uniform_int_distribution<int> byte(0, 255);
    std::uniform_real_distribution<float> uniform(0, 1);
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(byte(engine));
    for (float& pixel : images) pixel = uniform(engine);
  }

  kernels::TranslationBatch batch() {
    kernels::TranslationBatch made{};
    made.count = count;
    made.pixels = pixels.data();
    made.seeds = seeds.data();
    made.divisor = 255;
    made.is_random = true;
    made.noise = {{11, SeedRole::plan}, 4, 17, slots.data(), image_scales.data(), channel_scales.data()};
    made.seed_classes = seed_classes.data();
    made.targets = targets.data();
    made.steps = steps;
    made.step_size = 0.1F;
    made.lambda = lambda;
    made.per_image = 0.2F;
    made.gamma_rule = {true, gamma};
    made.coins = reinterpret_cast<const bool*>(coins.data());
    made.rows = rows.data();
    made.labels = labels.data();
    made.images = images.data();
    made.batch_labels = batch_labels.data();
    made.accepted = reinterpret_cast<bool*>(accepted.data());
    made.beliefs = beliefs.data();
    made.x = x.data();
    made.gradients = gradients.data();
    return made;
  }

  /// In emulated blocks, one an image.
  template <int warps>
  void run_emulated() {
    using Block = EmulatedBlock<warps>;
    EmulatedNetwork<warps> of_f(f), of_g(g);
    const kernels::TranslationBatch made = batch();
    for (std::size_t i = 0; i < count; ++i) {
      Block block(kernels::ResNetShapes<warps>::shared_bytes);
      const auto networks_of = [&](int network) { return (network == 0 ? of_g : of_f).at(SharedMemory::base); };
      const kernels::TranslationTask<Block> task{
          made, static_cast<std::int32_t>(i), Block::global(x.data() + i * image, kernels::image_values),
          Block::global(gradients.data() + i * image, kernels::image_values)};
      kernels::translate_image(block, networks_of, task);
    }
  }

  PackedNetwork f, g;
  float lambda, gamma = 0;
  int steps = 3;
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(stored_images * image);
  std::vector<kernels::GatherIndex> seeds{{5, 2, -3, 1}, {0, 0, 0, 0}, {3, -4, 4, 0}, {1, 0, 0, 1, {4, 6, 20, 17}}};
  std::vector<std::int32_t> slots{3, 40, 77, 120};
  std::vector<double> image_scales{0.4, 0.9, 0.1, 0.6}, channel_scales{1.0, 0.8, 1.2};
  std::vector<std::int64_t> seed_classes{2, 0, 1, 5}, targets{7, 8, 3, 6}, labels{7, 8, 4, 6}, rows{0, 2, 3, 6};
  std::vector<std::uint8_t> coins{1, 1, 1, 0};
  std::vector<float> images = std::vector<float>(batch_images * image);
  std::vector<std::int64_t> batch_labels = std::vector<std::int64_t>(batch_images, 9);
  std::vector<std::uint8_t> accepted = std::vector<std::uint8_t>(count);
  std::vector<float> beliefs = std::vector<float>(count);
  std::vector<float> x = std::vector<float>(2 * count * image), gradients = x;
};

}  // namespace m2m::testing

#include <gtest/gtest.h>

#include <vector>

#include "nn/folded_resnet.hpp"

namespace m2m::nn {
namespace {

using kernels::Bf16;

struct Answers {
  torch::Tensor features, gradient;
};

/// What an image's way through the folded network gives, and its way back.
Answers answers(const ResNet& network, bool tiles, InstructionSet set, const torch::Tensor& pixels) {
  FoldedLayers<Bf16> layers(network, tiles);
  layers.refresh();
  int by_tiles = 0;
  for (const FoldedBlock<Bf16>& block : layers.blocks) by_tiles += block.a.forward.tiles && block.b.backward.tiles;
  EXPECT_EQ(by_tiles > 0, tiles);
  const NetworkSpec& spec = network.spec();
  Normalisation normalisation;
  for (int c = 0; c < spec.channels; ++c) {
    normalisation.mean.push_back(static_cast<float>(spec.mean[c]));
    normalisation.inverse_deviation.push_back(static_cast<float>(1 / spec.std[c]));
  }
  ImageRunner<Bf16> runner(layers, normalisation, set);
  std::vector<std::uint16_t> masks(static_cast<std::size_t>(mask_words(layers)));
  Answers found{torch::empty({network.channels().back()}), torch::empty_like(pixels)};
  for (int again = 0; again < 2; ++again) {  // what the first image leaves in memory must not matter
    const torch::Tensor shown = again == 0 ? 1 - pixels : pixels;
    runner.forward(shown.data_ptr<float>(), masks.data(), found.features.data_ptr<float>());
    const torch::Tensor towards = torch::linspace(-1, 1, network.channels().back());
    runner.backward(towards.data_ptr<float>(), masks.data(), shown.data_ptr<float>(),
                    found.gradient.data_ptr<float>());
  }
  return found;
}

TEST(FoldedImage, ByTileRegistersGivesWhatItGivesWithoutThem) {
  const NetworkSpec cifar{"resnet8", 10, 3, 32, 32, {0.49, 0.48, 0.45}, {0.20, 0.20, 0.20}};
  const NetworkSpec digits{"resnet8", 10, 1, 8, 8, {0.3}, {0.25}};
  for (const NetworkSpec& spec : {cifar, digits}) {
    const auto network = make_network(spec);
    initialise(*network, {1, SeedRole::init});
    torch::manual_seed(2);
    const torch::Tensor pixels = torch::rand({spec.channels, spec.height, spec.width});
    const auto& resnet = dynamic_cast<const ResNet&>(*network);
    const Answers direct = answers(resnet, false, InstructionSet::plain, pixels);
    std::vector<InstructionSet> sets = {InstructionSet::plain};  // what tiles compute, and the processor's own
    if (best_instruction_set() == InstructionSet::amx) sets.push_back(InstructionSet::amx);
    for (InstructionSet set : sets) {
      SCOPED_TRACE(spec.name + " " + to_text(set));
      const Answers tiled = answers(resnet, true, set, pixels);
      EXPECT_LT((tiled.features - direct.features).abs().max().item<double>(),
                0.02 * direct.features.abs().max().item<double>());
      EXPECT_GT(torch::cosine_similarity(tiled.gradient.flatten(), direct.gradient.flatten(), 0).item<double>(),
                0.99);
    }
  }
}

}  // namespace
}  // namespace m2m::nn

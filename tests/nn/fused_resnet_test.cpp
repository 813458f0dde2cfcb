#include "kernels/fused_resnet.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "kernels/fused_cost.hpp"
#include "support/emulated_network.hpp"

namespace m2m::nn {
namespace {

using kernels::Bf16;
using testing::EmulatedBlock;
using testing::SharedMemory;

std::shared_ptr<Network> network_of(const std::string& name) {
  auto network = make_network({name, 10, 3, 32, 32, {0.49, 0.48, 0.45}, {0.20, 0.21, 0.22}});
  initialise(*network, {1, SeedRole::init});
  return network;
}

/// Features of an image, the gradient of its pixels, and the decisions of every ReLU.
struct Answers {
  torch::Tensor features, gradient;
  std::vector<std::uint16_t> masks;
  std::int64_t products_forward = 0, products_backward = 0;  // of tiles
};

torch::Tensor floats_at(std::uint32_t address, int count, SharedMemory& shared) {
  shared.next_interval();
  torch::Tensor values = torch::empty({count}, torch::kInt32);
  for (int i = 0; i < count; ++i)
    values.data_ptr<int>()[i] = static_cast<int>(shared.load(address + static_cast<std::uint32_t>(4 * i), 0));
  shared.next_interval();
  return values.view(torch::kFloat32);
}

void put_floats(const torch::Tensor& values, std::uint32_t address, SharedMemory& shared) {
  const torch::Tensor words = values.contiguous().view(torch::kInt32);
  for (int i = 0; i < words.numel(); ++i)
    shared.store(address + static_cast<std::uint32_t>(4 * i), static_cast<std::uint32_t>(words.data_ptr<int>()[i]),
                 0);
}

/// In an emulated block, with signs that are undefined before.
template <int warps>
Answers in_a_block(const ResNet& network, torch::Tensor pixels, const torch::Tensor& towards, bool last_first) {
  using Shapes = kernels::ResNetShapes<warps>;
  testing::EmulatedNetwork<warps> memory(testing::packed_network(network));
  EmulatedBlock<warps> block(Shapes::shared_bytes, last_first);
  const auto net = memory.at(SharedMemory::base).body;
  Answers answers;
  kernels::load_pixels(block, net, {pixels.data_ptr<float>(), 3072});
  kernels::forward_features<kernels::Pass::forward>(block, net);
  answers.products_forward = block.counts.products;
  const std::uint32_t features = net.h + Shapes::features_at;
  answers.features = floats_at(features, 64, block.shared);
  put_floats(towards, features, block.shared);
  kernels::backward_features(block, net);
  answers.products_backward = block.counts.products - answers.products_forward;
  answers.gradient = floats_at(net.h, 3072, block.shared).view_as(pixels);
  const Normalisation normalisation = testing::normalisation_of(network.spec());
  for (int c = 0; c < 3; ++c) answers.gradient[c] *= normalisation.inverse_deviation[c];
  answers.masks = memory.masks();
  return answers;
}

/// By the folded network of the CPU, back by the ReLU decisions of `fused`.
Answers on_cpu(const ResNet& network, const torch::Tensor& pixels, const torch::Tensor& towards,
               const Answers& fused) {
  FoldedLayers<Bf16> layers(network, false);
  layers.refresh();
  const Normalisation normalisation = testing::normalisation_of(network.spec());
  ImageRunner<Bf16> runner(layers, normalisation, InstructionSet::plain);
  Answers answers{torch::empty({64}), torch::empty_like(pixels), std::vector<std::uint16_t>(fused.masks.size())};
  EXPECT_EQ(mask_words(layers), static_cast<std::int64_t>(fused.masks.size()));
  runner.forward(pixels.data_ptr<float>(), answers.masks.data(), answers.features.data_ptr<float>());
  runner.backward(towards.data_ptr<float>(), fused.masks.data(), pixels.data_ptr<float>(),
                  answers.gradient.data_ptr<float>());
  return answers;
}

double relative(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

/// The share of bits in which two lists differ.
double share_differing(const std::vector<std::uint16_t>& a, const std::vector<std::uint16_t>& b) {
  std::int64_t differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) differing += std::popcount(static_cast<std::uint16_t>(a[i] ^ b[i]));
  return static_cast<double>(differing) / static_cast<double>(16 * a.size());
}

template <int warps>
void compare(const std::string& name, bool last_first) {
  SCOPED_TRACE(name);
  const auto network = network_of(name);
  const auto& resnet = dynamic_cast<const ResNet&>(*network);
  torch::manual_seed(2);
  const torch::Tensor pixels = torch::rand({3, 32, 32}), towards = torch::randn({64});
  const Answers fused = in_a_block<warps>(resnet, pixels, towards, last_first);
  const Answers folded = on_cpu(resnet, pixels, towards, fused);
  EXPECT_LT(relative(fused.features, folded.features), 4e-3);
  EXPECT_LT(share_differing(fused.masks, folded.masks), 1e-3);
  EXPECT_LT(relative(fused.gradient, folded.gradient), 1.5e-2);
}

TEST(FusedResNet, ComputesWhatTheFoldedNetworkDoesInBfloat16WithItsReluDecisions) {
  compare<4>("resnet20", false);
  compare<8>("resnet20", true);
}

TEST(FusedResNet, HasAnyNumberOfBlocks) {
  compare<8>("resnet8", false);
  compare<4>("resnet56", true);
}

TEST(FusedResNet, TakesTheProductsThatPredictedTimesCount) {
  const auto network = network_of("resnet20");
  const auto& resnet = dynamic_cast<const ResNet&>(*network);
  const Answers fused = in_a_block<8>(resnet, torch::rand({3, 32, 32}), torch::randn({64}), false);
  const auto predicted = static_cast<std::int64_t>(kernels::forward_products(resnet.blocks_per_stage()));
  EXPECT_EQ(fused.products_forward, predicted);
  EXPECT_EQ(fused.products_backward, predicted);
}

TEST(FusedResNet, GivesTheSameBitsInAnyOrderOfTheWarps) {
  const auto network = network_of("resnet8");
  const auto& resnet = dynamic_cast<const ResNet&>(*network);
  torch::manual_seed(3);
  const torch::Tensor pixels = torch::rand({3, 32, 32}), towards = torch::randn({64});
  const Answers first = in_a_block<4>(resnet, pixels, towards, false);
  const Answers last = in_a_block<4>(resnet, pixels, towards, true);
  EXPECT_TRUE(torch::equal(first.features, last.features));
  EXPECT_TRUE(torch::equal(first.gradient, last.gradient));
  EXPECT_EQ(first.masks, last.masks);
}

}  // namespace
}  // namespace m2m::nn

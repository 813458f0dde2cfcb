#include "nn/expert_resnet.hpp"

#include <gtest/gtest.h>

#include "nn/frozen_network.hpp"

namespace m2m::nn {
namespace {

NetworkSpec digits(int experts) {
  NetworkSpec spec{"resnet8", 4, 1, 8, 8, {0.3}, {0.25}};
  spec.experts = experts;
  return spec;
}

std::shared_ptr<Network> made(int experts) {
  auto network = make_network(digits(experts));
  initialise(*network, {7, SeedRole::init});
  return network;
}

torch::Tensor images(int count) {
  torch::manual_seed(3);
  return torch::rand({count, 1, 8, 8});
}

std::int64_t parameters(const Network& network) {
  std::int64_t sum = 0;
  for (const torch::Tensor& each : network.parameters()) sum += each.numel();
  return sum;
}

TEST(ExpertResNet, HasALastStageAndAHeadForEachExpert) {
  // Of ResNet-8: two convolutions with 32 -> 64 and 64 -> 64 channels and their batch norms, and a layer of 64
  // -> 4.
  const std::int64_t stage = 9 * 32 * 64 + 9 * 64 * 64 + 4 * 64, head = 64 * 4 + 4;
  EXPECT_EQ(parameters(*made(3)) - parameters(*made(1)), 2 * (stage + head));
  const double one = multiply_adds(digits(1)), two = multiply_adds(digits(2));
  EXPECT_EQ(two - one, 2 * 2 * 9 * (32 * 64 + 64 * 64) + 64 * 4);
}

TEST(ExpertResNet, AnswersWithTheMeanOfItsExperts) {
  const auto network = made(3);
  network->eval();
  const torch::Tensor each = network->head().expert_outputs(network->features(images(5)));
  EXPECT_EQ(each.sizes(), (std::vector<std::int64_t>{5, 3, 4}));
  EXPECT_TRUE(torch::allclose(network->forward(images(5)), each.mean(1), 1e-5, 1e-6));
}

TEST(ExpertResNet, BeginsWithExpertsThatDiffer) {
  const auto network = made(2);
  network->eval();
  const torch::Tensor each = network->head().expert_outputs(network->features(images(5)));
  EXPECT_GT((each.select(1, 0) - each.select(1, 1)).abs().max().item<double>(), 0.01);
}

TEST(ExpertResNet, FrozenAnswersAsItIsAndGivesTheGradientOfThePixels) {
  const auto network = made(3);
  network->eval();
  const auto frozen = network->freeze();
  frozen->refresh();
  const torch::Tensor pixels = images(4);
  const torch::Tensor outputs = frozen->outputs_for_gradient(pixels);
  EXPECT_TRUE(torch::allclose(outputs, network->forward(pixels), 1e-4, 1e-5));
  const torch::Tensor wanted = torch::randn_like(outputs);
  const torch::Tensor variable = pixels.detach().clone().requires_grad_(true);
  (network->forward(variable) * wanted).sum().backward();
  EXPECT_TRUE(torch::allclose(frozen->pixel_gradient(wanted), variable.grad(), 1e-3, 1e-5));
}

TEST(ExpertResNet, KeepsItsStateUnderOneNameForEachTensor) {
  const auto network = made(2), other = make_network(digits(2));
  const auto named = named_state(*network);
  load_state(*other, {named.begin(), named.end()}, "memory");
  network->eval();
  other->eval();
  EXPECT_TRUE(torch::equal(network->forward(images(3)), other->forward(images(3))));
}

}  // namespace
}  // namespace m2m::nn

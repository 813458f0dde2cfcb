#include "train/sgd.hpp"

#include <gtest/gtest.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/sgd.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace m2m::train {
namespace {

TEST(LearningRate, WarmsUpOverFiveEpochsThenDropsAt160And180) {
  const Schedule schedule;
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0), 0.02);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 4), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 159), 0.1);
  EXPECT_NEAR(learning_rate(schedule, 160), 1e-3, 1e-15);
  EXPECT_NEAR(learning_rate(schedule, 199), 1e-5, 1e-17);
}

TEST(LearningRate, WithoutWarmupOrDropsIsTheBase) { EXPECT_DOUBLE_EQ(learning_rate({0.3, 0, {}, 0.1}, 7), 0.3); }

TEST(LearningRate, FallsAtAnyNumberOfDropsInAnyOrderByAnyFactor) {
  const Schedule schedule{1, 0, {30, 10, 20.5}, 0.5};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 9), 1);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 10), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 20), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 21), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 30), 0.125);
  EXPECT_DOUBLE_EQ(learning_rate({1, 0, {2}, 0}, 1), 1);
  EXPECT_DOUBLE_EQ(learning_rate({1, 0, {2}, 0}, 2), 0);
}

TEST(LearningRate, FallsAlongHalfACosineAfterTheWarmup) {
  const Schedule schedule{0.2, 4, {}, 1, 12};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0), 0.05);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 3), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 4), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 6), 0.1 * (1 + std::sqrt(0.5)));
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 8), 0.1);
  EXPECT_NEAR(learning_rate(schedule, 12), 0, 1e-15);
  for (int epoch = 4; epoch < 11; ++epoch)
    EXPECT_GT(learning_rate(schedule, epoch), learning_rate(schedule, epoch + 1));
  EXPECT_DOUBLE_EQ(learning_rate({0.2, 3, {}, 1, 3}, 2), 0.2) << "a warm-up over all epochs";
}

TEST(LastDrop, IsTheFirstEpochAfterIt) {
  EXPECT_EQ(last_drop({}), 180);
  EXPECT_EQ(last_drop({0.1, 0, {}, 0.1}), 0);
  EXPECT_EQ(last_drop({0.1, 0, {30, 10, 20.5}, 0.1}), 30);
}

std::shared_ptr<nn::Network> small_network() {
  auto network = nn::make_network({"mlp", 3, 1, 4, 4, {0.5}, {0.5}});
  nn::initialise(*network, {1, SeedRole::init});
  network->to(torch::kFloat64);
  return network;
}

void backward(nn::Network& network, const torch::Tensor& pixels) {
  network.forward(pixels).square().mean().backward();
}

/// Returns the largest difference between the parameters of two networks.
double largest_difference(const nn::Network& a, const nn::Network& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.parameters().size(); ++i) {
    largest = std::max(largest, (a.parameters()[i] - b.parameters()[i]).abs().max().item<double>());
  }
  return largest;
}

/// Returns how far apart our steps and those of torch::optim::SGD lead, over five steps.
double distance_from_torchs(const SgdRule& rule) {
  auto ours = small_network();
  auto theirs = small_network();
  Sgd sgd(*ours, rule);
  torch::optim::SGD reference(theirs->parameters(), torch::optim::SGDOptions(0.1)
                                                        .momentum(rule.momentum)
                                                        .weight_decay(rule.weight_decay)
                                                        .nesterov(rule.nesterov));
  for (int step = 0; step < 5; ++step) {
    const torch::Tensor pixels = torch::rand({8, 1, 4, 4}, torch::kFloat64);
    reference.zero_grad();
    backward(*theirs, pixels);
    if (rule.clip_norm > 0) torch::nn::utils::clip_grad_norm_(theirs->parameters(), rule.clip_norm);
    sgd.step([&](const PassRequest&) { backward(*ours, pixels); }, 0.1, nullptr);
    reference.step();
  }
  return largest_difference(*ours, *theirs);
}

TEST(Sgd, TakesTheSameStepsAsTorchsOwn) {
  EXPECT_LT(distance_from_torchs({0.9, 2e-4}), 1e-12);
  EXPECT_LT(distance_from_torchs({0, 2e-4}), 1e-12);
}

TEST(Sgd, TakesTheSameStepsAsTorchsOwnWithNesterovsMomentum) {
  EXPECT_LT(distance_from_torchs({0.9, 2e-4, true}), 1e-12);
  EXPECT_LT(distance_from_torchs({0.5, 0, true}), 1e-12);
}

TEST(Sgd, ClipsGradientsAsTorchDoes) {
  for (const double norm : {0.01, 0.3, 100.0}) {
    EXPECT_LT(distance_from_torchs({0.9, 2e-4, false, norm}), 1e-12) << norm;
    EXPECT_LT(distance_from_torchs({0.9, 2e-4, true, norm}), 1e-12) << norm;
  }
}

TEST(ClipGradient, ScalesALongerGradientToTheLengthAndLeavesAShorterOne) {
  torch::Tensor gradient = torch::tensor({3.0, 0.0, -4.0}, torch::kFloat64);
  clip_gradient(gradient, 1);
  EXPECT_NEAR(gradient[0].item<double>(), 0.6, 1e-6);
  EXPECT_NEAR(gradient[2].item<double>(), -0.8, 1e-6);
  const torch::Tensor before = gradient.clone();
  clip_gradient(gradient, 1.5);
  EXPECT_TRUE(torch::equal(gradient, before));
  torch::Tensor zero = torch::zeros({4});
  clip_gradient(zero, 1);
  EXPECT_TRUE(torch::equal(zero, torch::zeros({4})));
}

TEST(Sgd, GoesOnFromLoadedVelocitiesAsIfItHadNotStopped) {
  auto network = small_network();
  auto resumed = small_network();
  const torch::Tensor pixels = torch::rand({8, 1, 4, 4}, torch::kFloat64);
  Sgd first(*network, {0.9, 0});
  Sgd second(*resumed, {0.9, 0});
  backward(*network, pixels);
  backward(*resumed, pixels);
  first.update(0.1);
  second.update(0.1);
  Sgd third(*resumed, {0.9, 0});
  third.load(second.velocities(), "file");
  backward(*network, pixels);
  backward(*resumed, pixels);
  first.update(0.1);
  third.update(0.1);
  EXPECT_TRUE(torch::equal(network->parameters()[0], resumed->parameters()[0]));
}

TEST(Sgd, KeepsEveryParameterInOneBufferAtMultiplesOf64Bytes) {
  auto network = small_network();
  const torch::Tensor before = network->parameters()[0].clone();
  Sgd sgd(*network, {0.9, 0});
  EXPECT_TRUE(torch::equal(network->parameters()[0], before));
  std::int64_t used = 0;
  for (const torch::Tensor& parameter : network->parameters()) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(parameter.data_ptr()) % 64, 0U);
    EXPECT_EQ(parameter.storage().data_ptr().get(), network->parameters()[0].storage().data_ptr().get());
    used += parameter.numel();
  }
  EXPECT_GE(sgd.gradient().numel(), used);
  backward(*network, torch::rand({8, 1, 4, 4}, torch::kFloat64));
  EXPECT_GT(sgd.gradient().abs().sum().item<double>(), 0);
  sgd.update(0.1);
  EXPECT_EQ(sgd.gradient().abs().sum().item<double>(), 0);
}

TEST(Sgd, WithWeightsKeptChannelsLastTakesTheSameSteps) {
  const auto make = [] {
    auto network = nn::make_network({"resnet8", 3, 2, 8, 8, {0.5, 0.5}, {0.5, 0.5}, false, "torch"});
    nn::initialise(*network, {1, SeedRole::init});
    network->to(torch::kFloat64);
    return network;
  };
  auto plain = make(), last = make();
  Sgd of_plain(*plain, {0.9, 2e-4}), of_last(*last, {0.9, 2e-4}, {}, 1, at::MemoryFormat::ChannelsLast);
  for (int step = 0; step < 5; ++step) {
    const torch::Tensor pixels = torch::rand({8, 2, 8, 8}, torch::kFloat64);
    for (auto& network : {plain, last}) backward(*network, pixels);
    of_plain.update(0.1);
    of_last.update(0.1);
  }
  const auto expected = plain->named_parameters();
  for (const auto& item : last->named_parameters()) {
    EXPECT_TRUE(torch::allclose(item.value(), expected[item.key()], 1e-9, 1e-12)) << item.key();
    EXPECT_TRUE(
        torch::allclose(of_last.velocities().at(item.key()), of_plain.velocities().at(item.key()), 1e-9, 1e-12));
    EXPECT_EQ(item.value().storage().data_ptr().get(), last->parameters()[0].storage().data_ptr().get());
    if (item.value().dim() != 4) continue;
    EXPECT_TRUE(item.value().is_contiguous(at::MemoryFormat::ChannelsLast)) << item.key();
    EXPECT_TRUE(item.value().grad().is_contiguous(at::MemoryFormat::ChannelsLast)) << item.key();
  }
}

TEST(Sgd, RefusesMomentumThatFitsNoParameter) {
  auto network = small_network();
  Sgd sgd(*network, {0.9, 0});
  EXPECT_THROW(sgd.load({{"nothing.weight", torch::zeros({1})}}, "file"), Error);
  EXPECT_THROW(sgd.load({{"linear.bias", torch::zeros({4})}}, "file"), Error);
}

}  // namespace
}  // namespace m2m::train

// OPeN in trials: batch norm that keeps noise apart, by hand, and plans, steps and states of trials with noise.
#include <gtest/gtest.h>

#include <algorithm>

#include "methods/noise_images.hpp"
#include "nn/batch_norm.hpp"
#include "support/test_device.hpp"
#include "support/whole_trial.hpp"
#include "train/routed_features.hpp"

namespace m2m::train {
namespace {

using methods::Batch;

constexpr int channels = 16;

/// A convolution, batch norm with ReLU, and the head.
class OneLayer : public nn::Network {
 public:
  explicit OneLayer(const nn::NetworkSpec& spec)
      : Network(spec),
        conv(register_module("conv", nn::make_convolution(1, channels, 3, 1))),
        norm(register_module("norm", torch::nn::BatchNorm2d(channels))),
        arithmetic_(nn::make_arithmetic(this->spec())) {
    add_head(channels);
  }

  torch::nn::Conv2d conv;
  torch::nn::BatchNorm2d norm;

 protected:
  torch::Tensor compute_features(const torch::Tensor& normalised) override {
    const torch::Tensor x = nn::convolve(conv, nn::to_input_format(normalised, arithmetic_), arithmetic_);
    return nn::global_average_pool(nn::batch_norm_relu(norm, x, {}, arithmetic_), norm->weight.scalar_type());
  }

 private:
  nn::Arithmetic arithmetic_;
};

std::shared_ptr<OneLayer> one_layer(const char* kernels, torch::Dtype precision) {
  nn::NetworkSpec spec{"one layer", 4, 1, 8, 8, {0}, {1}};
  spec.kernels = kernels;
  auto network = std::make_shared<OneLayer>(spec);
  nn::initialise(*network, {5, SeedRole::init});
  network->to(precision);
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : network->norm->parameters())
    parameter.add_(torch::linspace(0.1, 0.9, channels).to(precision));
  return network;
}

/// Seven images; the last three are brighter, and noise.
Batch batch_with_noise(torch::Dtype precision) {
  torch::manual_seed(3);
  torch::Tensor images = torch::rand({7, 1, 8, 8}, precision) * 0.4;
  images.narrow(0, 4, 3).add_(0.5);
  Batch batch{images, torch::arange(7) % 4, {}};
  batch.first_noise = 4;
  return batch;
}

/// The features by the listing in the source's appendix, in libtorch's plain operations.
torch::Tensor features_by_hand(OneLayer& network, const Batch& batch) {
  const auto of_channels = [](const torch::Tensor& values) { return values.view({1, -1, 1, 1}); };
  const auto normalised = [&](const torch::Tensor& x) {
    const torch::Tensor mean = x.mean({0, 2, 3}, true);
    const torch::Tensor variance = (x - mean).square().mean({0, 2, 3}, true);
    return (x - mean) / (variance + 1e-5).sqrt() * of_channels(network.norm->weight) +
           of_channels(network.norm->bias);
  };
  const torch::Tensor x = torch::conv2d(batch.images, network.conv->weight, {}, 1, 1);
  return torch::cat({normalised(x.narrow(0, 0, 4)), normalised(x.narrow(0, 4, 3)).detach()}).relu().mean({2, 3});
}

/// The gradients of some function of the outputs, after calling backward.
std::map<std::string, torch::Tensor> gradients(OneLayer& network, const torch::Tensor& features) {
  network.zero_grad();
  const torch::Tensor outputs = network.head().forward(features);
  (outputs * torch::linspace(-1, 2, outputs.numel()).view_as(outputs)).square().sum().backward();
  std::map<std::string, torch::Tensor> found;
  for (const auto& item : network.named_parameters()) found[item.key()] = item.value().grad().clone();
  return found;
}

TEST(RoutedFeatures, AndTheirGradientsAreThoseByHand) {
  for (const auto& [kernels, precision, tolerance] :
       {std::tuple{"torch", torch::kFloat64, 1e-10}, std::tuple{"torch", torch::kFloat32, 1e-3},
        std::tuple{"auto", torch::kFloat32, 1e-3}}) {
    const auto network = one_layer(kernels, precision);
    const Batch batch = batch_with_noise(precision);
    network->train();
    RoutedFeatures routed(network);
    const torch::Tensor features = routed(batch), expected = features_by_hand(*network, batch);
    EXPECT_TRUE(torch::allclose(features, expected, tolerance, tolerance)) << kernels;
    const auto found = gradients(*network, features), by_hand = gradients(*network, expected);
    for (const auto& [name, gradient] : by_hand)
      EXPECT_TRUE(torch::allclose(found.at(name), gradient, tolerance, 10 * tolerance)) << kernels << " " << name;
  }
}

TEST(RoutedFeatures, OfNoiseDifferFromThoseOfACommonBatchNorm) {
  const auto network = one_layer("torch", torch::kFloat64);
  Batch batch = batch_with_noise(torch::kFloat64);
  network->train();
  RoutedFeatures routed(network);
  const torch::Tensor apart = routed(batch);
  batch.first_noise.reset();
  EXPECT_GT((routed(batch) - apart).abs().max().item<double>(), 0.1);
}

TEST(RoutedFeatures, MoveTheRunningStatisticsByTheNaturalImagesAlone) {
  const auto network = one_layer("torch", torch::kFloat64);
  const Batch batch = batch_with_noise(torch::kFloat64);
  const torch::Tensor x = torch::conv2d(batch.images.narrow(0, 0, 4), network->conv->weight, {}, 1, 1).detach();
  network->train();
  RoutedFeatures{network}(batch);
  EXPECT_TRUE(torch::allclose(network->norm->running_mean, 0.1 * x.mean({0, 2, 3})));
  EXPECT_TRUE(torch::allclose(network->norm->running_var, 0.9 + 0.1 * x.var({0, 2, 3}, /*unbiased=*/true)));
}

TEST(RoutedFeatures, OfANetworkWithoutBatchNormAreItsOwn) {
  auto network = nn::make_network({"mlp", 4, 1, 8, 8, {0}, {1}});
  nn::initialise(*network, {1, SeedRole::init});
  network->to(torch::kFloat64);
  const Batch batch = batch_with_noise(torch::kFloat64);
  const torch::Tensor features = RoutedFeatures{network}(batch);
  EXPECT_TRUE(torch::equal(features, network->features(batch.images)));
  EXPECT_TRUE(features.requires_grad());
}

Json open_settings(const Json& more = Json::object()) {
  Json given = {{"method", "OPeN"}, {"train.network", "resnet8"}};
  given.update(more);
  return given;
}

TEST(NoiseWork, IsThatOfThePlanOnAnyNumberOfRanks) {
  const Trial trial(testing::tiny_trial(testing::tiny_config(open_settings({{"open.delta", 1.0}}))));
  const EpochInputs& inputs = trial.inputs();
  const int epoch = 4;  // the only one with noise
  const data::EpochPlan plan = data::plan_epoch(inputs.plan_inputs, epoch, settings::Sampling::class_balanced);
  for (const int ranks : {1, 2, 3}) {
    std::vector<EpochWork> works;
    for (int rank = 0; rank < ranks; ++rank) {
      works.emplace_back(inputs, epoch, Shard{rank, ranks});
      works.back().send(testing::test_device());
    }
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      const std::vector<std::int32_t> expected =
          methods::plan_noise(inputs.plan_inputs, plan.step(step), epoch, step, 1.0);
      std::vector<std::int32_t> noise, natural;
      for (const EpochWork& of_rank : works) {
        const StepWork work = of_rank.step(step);
        const torch::Tensor slots = work.noise.slots.cpu();
        const auto* first = slots.const_data_ptr<std::int32_t>();
        noise.insert(noise.end(), first, first + slots.numel());
        natural.insert(natural.end(), work.slots_of_rank.begin(), work.slots_of_rank.end() - slots.numel());
        EXPECT_TRUE(std::equal(first, first + slots.numel(), work.slots_of_rank.end() - slots.numel()));
        EXPECT_NEAR(static_cast<double>(slots.numel()), static_cast<double>(expected.size()) / ranks, 1);
      }
      std::sort(noise.begin(), noise.end());
      EXPECT_EQ(noise, expected);
      EXPECT_EQ(noise.size() + natural.size(), plan.step(step).size());
    }
  }
  EpochWork before_deferral(inputs, 3, Shard{});
  before_deferral.send(testing::test_device());
  EXPECT_FALSE(before_deferral.step(0).noise.slots.defined());
}

TEST(NoiseTrial, GivesTheSameNumbersEveryTimeAndHoweverItIsStepped) {
  for (const std::string precision : {"float32", "bf16", "float64"}) {
    if (!testing::gives_same_bits() && precision != "float64") continue;
    const Json given = open_settings({{"train.precision", precision}});
    EXPECT_TRUE(testing::same_weights(testing::run_to_end(given, 1), testing::run_to_end(given))) << precision;
  }
}

TEST(NoiseTrial, WithoutNoiseIsDrsAndWithNoiseAnother) {
  const Trial drs = testing::run_to_end(open_settings({{"method", "DRS"}}));
  EXPECT_TRUE(testing::same_weights(testing::run_to_end(open_settings({{"open.delta", 0.0}})), drs));
  EXPECT_FALSE(testing::same_weights(testing::run_to_end(open_settings()), drs));
  EXPECT_FALSE(testing::same_weights(testing::run_to_end(open_settings()),
                                     testing::run_to_end(open_settings({{"open.delta", 1.0}}))));
}

TEST(NoiseTrial, GoesOnFromAStateTakenInTheMiddleOfAnEpoch) {
  const Config config = testing::tiny_config(open_settings());
  const Trial whole = testing::run_to_end(open_settings());
  Trial begun = testing::tiny_trial(config);
  begun.submit(4 * 6 + 3);  // epochs have six steps; the last epoch has noise
  testing::TrialSetup setup = testing::tiny_setup(config);
  setup.parts.resume = begun.state();
  ASSERT_EQ(setup.parts.resume->step, 3);
  Trial resumed = testing::make_trial(std::move(setup));
  resumed.submit(1000);
  EXPECT_TRUE(testing::same_weights(whole, resumed));
}

TEST(NoiseTrial, LearnsTheSameIfStepsWithoutNoiseAreRecorded) {
  const Trial eager =
      testing::run_to_end(open_settings({{"train.executor", "eager"}, {"train.precision", "float64"}}));
  const Trial graphed =
      testing::run_to_end(open_settings({{"train.executor", "graph"}, {"train.precision", "float64"}}));
  const auto left = copy_state(eager.network()), right = copy_state(graphed.network());
  for (const auto& [name, tensor] : left) EXPECT_TRUE(torch::allclose(tensor, right.at(name), 1e-8, 1e-8)) << name;
}

TEST(NoiseTrial, RunsWithExpertsMarginsWeightsSharpnessAndAugmentation) {
  const Json cases[] = {{{"recipe.experts", "sade"}},
                        {{"recipe.loss", "ldam"}},
                        {{"recipe.class_weights", "effective"}, {"recipe.sampling", "plain"}},
                        {{"recipe.sampling", "smote"}},
                        {{"train.sharpness", "sam"}},
                        {{"augment.policy", "randaugment"}, {"augment.cutout", 4}}};
  for (const Json& more : cases) {
    const Trial with = testing::run_to_end(open_settings(more));
    Json without = open_settings(more);
    without["open.delta"] = 0.0;
    EXPECT_TRUE(std::isfinite(with.epochs().back().loss)) << more.dump();
    EXPECT_FALSE(testing::same_weights(with, testing::run_to_end(without))) << more.dump();
  }
}

}  // namespace
}  // namespace m2m::train

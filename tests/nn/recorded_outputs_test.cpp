#include <gtest/gtest.h>

#include "nn/frozen_network.hpp"
#include "support/test_device.hpp"

namespace m2m::nn {
namespace {

/// A network in float64 with random weights, and pixels for it.
struct Fixture {
  Fixture() {
    testing::use_own_stream();
    NetworkSpec spec{"resnet8", 10, 3, 16, 16, {0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}};
    network = make_network(spec);
    initialise(*network, {3, SeedRole::init});
    network->to(testing::test_device(), torch::kFloat64);
    frozen = network->freeze();
    frozen->refresh();
  }

  torch::Tensor pixels(std::int64_t count) const {
    return torch::rand({count, 3, 16, 16}, torch::kFloat64).to(testing::test_device());
  }

  std::shared_ptr<Network> network;
  std::unique_ptr<FrozenNetwork> frozen;
};

TEST(RecordedOutputsOnDevice, AreTheNetworksForEachNumberOfImages) {
  const Fixture x;
  RecordedOutputs recorded(*x.frozen, true);
  for (const std::int64_t count : {4, 4, 3, 4, 3, 3}) {
    const torch::Tensor pixels = x.pixels(count);
    EXPECT_TRUE(testing::agree(recorded(pixels), x.frozen->outputs(pixels))) << count;
  }
}

TEST(RecordedOutputsOnDevice, FollowANetworkThatIsRefreshed) {
  const Fixture x;
  RecordedOutputs recorded(*x.frozen, true);
  const torch::Tensor pixels = x.pixels(4);
  for (int change = 0; change < 3; ++change) {
    const torch::Tensor before = recorded(pixels).clone();
    {
      const torch::NoGradGuard no_gradient;
      for (torch::Tensor& parameter : x.network->parameters()) parameter.mul_(1.25);
    }
    x.frozen->refresh();
    EXPECT_TRUE(testing::agree(recorded(pixels), x.frozen->outputs(pixels))) << change;
    EXPECT_FALSE(torch::allclose(recorded(pixels), before)) << change;
  }
}

}  // namespace
}  // namespace m2m::nn

// What a GPU computes beside what the CPU does, in float64. Without a GPU both sides are the CPU's.
#include <gtest/gtest.h>

#include "nn/device.hpp"
#include "nn/frozen_network.hpp"
#include "support/test_device.hpp"

namespace m2m::nn {
namespace {

using testing::test_device;

constexpr double rounding = 1e-9;  // of sums of some thousand numbers in float64, in another order

class OnDevice : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { testing::use_own_stream(); }
  static NetworkSpec spec() {
    NetworkSpec spec{GetParam(), 10, 3, 32, 32, {0.4914, 0.4822, 0.4465}, {0.2023, 0.1994, 0.2010}};
    return spec;
  }
  static std::shared_ptr<Network> network(torch::Device device) {
    auto made = make_network(spec());
    initialise(*made, {3, SeedRole::init});
    made->to(device, torch::kFloat64);
    return made;
  }
  static torch::Tensor pixels() {
    torch::manual_seed(5);
    return torch::rand({6, 3, 32, 32}, torch::kFloat64);
  }
};

double worst(const torch::Tensor& ours, const torch::Tensor& expected) {
  return ((ours.cpu() - expected.cpu()).abs().max() / expected.abs().max().clamp_min(1e-30).cpu()).item<double>();
}

TEST_P(OnDevice, ATrainingStepHasTheGradientsOfTheCpu) {
  const auto here = network(torch::kCPU), there = network(test_device());
  for (const auto& one : {here, there}) {
    one->train();
    one->forward(pixels().to(one->parameters().front().device())).square().sum().backward();
  }
  const auto expected = here->named_parameters();
  for (const auto& item : there->named_parameters()) {
    EXPECT_LT(worst(item.value().grad(), expected[item.key()].grad()), rounding) << item.key();
  }
}

TEST_P(OnDevice, AFrozenNetworkAnswersAndGivesPixelGradientsAsOnTheCpu) {
  const auto here = network(torch::kCPU), there = network(test_device());
  FrozenAutograd plain(*here);
  const auto frozen = there->freeze();
  frozen->refresh();
  const torch::Tensor expected = plain.outputs_for_gradient(pixels());
  const torch::Tensor logits = frozen->outputs_for_gradient(pixels().to(test_device()));
  EXPECT_LT(worst(logits, expected), rounding);
  const torch::Tensor gradient = torch::ones_like(expected);
  EXPECT_LT(worst(frozen->pixel_gradient(gradient.to(test_device())), plain.pixel_gradient(gradient)), rounding);
}

INSTANTIATE_TEST_SUITE_P(Networks, OnDevice, ::testing::Values("resnet8", "resnet32", "mlp"));

TEST(GraphOnDevice, IsRecordedOnceAndRunsWithoutTheHost) {
  testing::use_own_stream();
  int calls = 0;
  GraphedCall call([&](const GraphedCall::Tensors& in) {
    ++calls;
    return GraphedCall::Tensors{in[0] * in[1]};
  });
  const auto on_device = torch::TensorOptions(test_device());
  for (int i = 1; i < 6; ++i) {
    const torch::Tensor a = torch::full({3}, i, on_device), b = torch::arange(3, on_device);
    EXPECT_TRUE(torch::equal(call({a, b})[0], a * b)) << i;
  }
  // The first call runs as it is, the second is recorded; a CPU has nothing to record and calls again.
  EXPECT_EQ(calls, test_device().is_cuda() ? 2 : 5);
}

TEST(ClockOnDevice, TellsWhenTheDeviceReachesEachMark) {
  testing::use_own_stream();
  const auto clock = device_clock(test_device());
  const torch::Tensor matrix = torch::rand({1024, 1024}, torch::TensorOptions(test_device()));
  double before = 0;
  for (int round = 0; round < 2; ++round) {
    clock->mark();
    matrix.mm(matrix);
    clock->mark();
    clock->mark();
    const std::vector<double> times = clock->take();
    ASSERT_EQ(times.size(), 3U);
    EXPECT_GE(times[0], before);
    EXPECT_GT(times[1] - times[0], 1e-6) << "the product of two matrices";
    EXPECT_GT(times[1] - times[0], times[2] - times[1]);
    before = times[2];
  }
}

TEST(UploadOnDevice, BringsPiecesOfAllKindsInOneCopy) {
  Upload upload;
  const std::vector<std::int64_t> labels{3, 1, 2};
  const std::vector<double> scales{0.5, 0.25};
  const UploadSlice of_labels = upload.add(std::span<const std::int64_t>(labels));
  const UploadSlice of_scales = upload.add(std::span<const double>(scales));
  upload.send(test_device());
  EXPECT_EQ(upload[of_labels].device(), test_device());
  EXPECT_TRUE(torch::equal(upload[of_labels].cpu(), torch::tensor(labels, torch::kInt64)));
  EXPECT_TRUE(torch::equal(upload[of_scales].cpu(), torch::tensor(scales, torch::kFloat64)));
}

}  // namespace
}  // namespace m2m::nn

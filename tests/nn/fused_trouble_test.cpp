// What networks, heads and GPUs of fused trials are refused for.
#include <gtest/gtest.h>

#include "nn/fused_resnet.hpp"
#include "support/said.hpp"

namespace m2m::nn {
namespace {

using testing::says;

NetworkSpec fitting() {
  NetworkSpec spec{"resnet32", 10, 3, 32, 32, {0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}};
  spec.bfloat16 = true;
  return spec;
}

std::string trouble(const NetworkSpec& spec) { return fused_network_trouble(spec, "its.precision"); }

TEST(FusedNetworkTrouble, IsNoneOfAResNetInBf16OnImagesOf32By32) {
  for (const char* name : {"resnet8", "resnet20", "resnet32", "resnet56"}) {
    NetworkSpec spec = fitting();
    spec.name = name;
    EXPECT_EQ(trouble(spec), "") << name;
  }
}

TEST(FusedNetworkTrouble, NamesANetworkThatHasNotThreeStages) {
  for (const char* name : {"resnet18", "preact18", "mlp"}) {
    NetworkSpec spec = fitting();
    spec.name = name;
    EXPECT_TRUE(says(trouble(spec), {"ResNet", std::string("'") + name + "'"}));
  }
}

TEST(FusedNetworkTrouble, NamesTheWidth) {
  NetworkSpec spec = fitting();
  spec.first_channels = 24;
  EXPECT_TRUE(says(trouble(spec), {"train.width = 16", "24"}));
}

TEST(FusedNetworkTrouble, NamesTheShapeOfTheImages) {
  NetworkSpec grey = fitting(), large = fitting();
  grey.channels = 1;
  large.height = large.width = 64;
  EXPECT_TRUE(says(trouble(grey), {"32x32", "3 channels", "of 1"}));
  EXPECT_TRUE(says(trouble(large), {"32x32", "3 channels", "64x64"}));
}

TEST(FusedNetworkTrouble, NamesTheExperts) {
  NetworkSpec spec = fitting();
  spec.experts = 3;
  EXPECT_TRUE(says(trouble(spec), {"recipe.experts"}));
}

TEST(FusedNetworkTrouble, NamesTheSettingOfThePrecision) {
  NetworkSpec spec = fitting();
  spec.bfloat16 = false;
  EXPECT_TRUE(says(trouble(spec), {"its.precision = 'bf16'"}));
}

TEST(FusedNetworkTrouble, IsNoneOfAHeadThatLibtorchComputes) {
  NetworkSpec calibrated = fitting(), large = fitting();
  calibrated.calibrated_head = true;
  large.classes = 100'000;
  EXPECT_EQ(trouble(calibrated), "");
  EXPECT_EQ(trouble(large), "");
}

TEST(FusedHeadTrouble, IsNoneOfAsManyClassesAsFit) {
  NetworkSpec spec = fitting();
  spec.classes = max_fused_classes();
  EXPECT_EQ(spec.classes, 2736) << "docs/gpu.md";
  EXPECT_EQ(fused_head_trouble(spec), "");
}

TEST(FusedHeadTrouble, NamesBothNumbersOfTooManyClasses) {
  NetworkSpec spec = fitting();
  spec.classes = max_fused_classes() + 1;
  EXPECT_TRUE(says(fused_head_trouble(spec), {std::to_string(max_fused_classes()), std::to_string(spec.classes)}));
}

TEST(FusedHeadTrouble, NamesTheCalibration) {
  NetworkSpec spec = fitting();
  spec.calibrated_head = true;
  EXPECT_TRUE(says(fused_head_trouble(spec), {"recipe.train = 'calibration'"}));
}

constexpr std::size_t bytes_of_8_6 = 99 * 1024;  // the least that a GPU from 8.0 on offers a block

TEST(FusedGpuTrouble, IsNoneOfCapability8And12AtTheirLeastSharedMemory) {
  for (const int major : {8, 9, 10, 12}) EXPECT_EQ(fused_gpu_trouble(major, 0, bytes_of_8_6), "") << major;
}

TEST(FusedGpuTrouble, NamesTheCapabilityOfAnOlderGpu) {
  EXPECT_TRUE(says(fused_gpu_trouble(7, 5, bytes_of_8_6), {"8.0", "7.5"}));
}

TEST(FusedGpuTrouble, NamesTheSharedMemoryThatIsTooSmall) {
  EXPECT_TRUE(says(fused_gpu_trouble(8, 0, 49152), {"49152"}));
}

TEST(FusedDeviceTrouble, OfACpuIsThatAGpuIsNeeded) {
  EXPECT_TRUE(says(fused_device_trouble(torch::kCPU), {"GPU"}));
}

TEST(FusedNetwork, OnACpuFreezesAsAnyOther) {
  NetworkSpec fused = fitting();
  fused.name = "resnet8";
  fused.fused = true;
  const auto network = make_network(fused);
  initialise(*network, {1, SeedRole::init});
  const torch::Tensor pixels = torch::rand({2, 3, 32, 32});
  const auto frozen = network->freeze();
  EXPECT_FALSE(frozen->device_network().has_value());
  EXPECT_EQ(frozen->outputs(pixels).sizes(), (std::vector<std::int64_t>{2, 10}));
}

}  // namespace
}  // namespace m2m::nn

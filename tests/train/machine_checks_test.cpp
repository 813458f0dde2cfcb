// What a trial is refused for on a machine, and what no machine has to be looked at for.
#include "train/machine_checks.hpp"

#include <gtest/gtest.h>

#include "nn/device.hpp"
#include "settings/words.hpp"
#include "support/said.hpp"

namespace m2m::train {
namespace {

using settings::Device, settings::Executor, settings::Precision;
using testing::complaint;
using testing::says;

MachineSettings fused_on(Device device) {
  return {device, Executor::fused, Precision::bf16, "plain", false, "train.precision"};
}

std::string refusal(const MachineSettings& given) {
  return complaint([&] { check_named_device(given); }, ExitCode::usage);
}

std::string refusal_here(const MachineSettings& given) {
  return complaint([&] { checked_device(given, 0); }, ExitCode::usage);
}

TEST(MachineSettings, AreReadFromAConfigurationThatLacksAllOthers) {
  const Config config(Json{{"train.device", "cuda"},
                           {"train.executor", "graph"},
                           {"train.precision", "tf32"},
                           {"train.kernels", "avx2"},
                           {"train.deterministic", true}});
  const MachineSettings found = machine_settings(config);
  EXPECT_EQ(found.device, Device::cuda);
  EXPECT_EQ(found.executor, Executor::graph);
  EXPECT_EQ(found.precision, Precision::tf32);
  EXPECT_EQ(found.kernels, "avx2");
  EXPECT_TRUE(found.deterministic);
  EXPECT_EQ(found.precision_name, "train.precision");
  EXPECT_EQ(machine_settings(config, true).precision_name, "m2m.g_precision");
}

TEST(NamedDevice, OfACpuIsRefusedFusedStepsOnAnyMachine) {
  EXPECT_TRUE(says(refusal(fused_on(Device::cpu)), {"train.executor = 'fused'", "GPU", "train.executor = 'auto'"}));
  EXPECT_TRUE(says(refusal_here(fused_on(Device::cpu)), {"train.executor = 'fused'", "GPU"}));
}

TEST(NamedDevice, OfACpuIsRefusedTf32WithTheSettingThatAsksForIt) {
  const MachineSettings given{Device::cpu, Executor::eager, Precision::tf32, "plain", false, "m2m.g_precision"};
  EXPECT_TRUE(says(refusal(given), {"m2m.g_precision = 'tf32'", "m2m.g_precision = 'float32'"}));
}

TEST(NamedDevice, OfAGpuIsRefusedAFixedOrderOfSumsOnAnyMachine) {
  const MachineSettings given{Device::cuda, Executor::eager, Precision::float32, "plain", true, ""};
  EXPECT_TRUE(says(refusal(given), {"train.deterministic = true", "train.device = 'cpu'"}));
}

TEST(NamedDevice, IsNotLookedForAndAutoNamesNone) {
  EXPECT_EQ(refusal(fused_on(Device::cuda)), "");
  EXPECT_EQ(refusal(fused_on(Device::automatic)), "");
}

TEST(CheckedDevice, OfAMachineWithoutAGpuRefusesFusedStepsAndANamedGpu) {
  if (nn::gpu_count() > 0) GTEST_SKIP() << "skipped: there is a GPU";
  EXPECT_TRUE(says(refusal_here(fused_on(Device::automatic)), {"train.executor = 'fused'", "GPU"}));
  EXPECT_TRUE(says(refusal_here(fused_on(Device::cuda)), {"train.device = 'cuda'", "GPU"}));
}

TEST(CheckedDevice, IsTheCpuIfTheSettingsNameIt) {
  const MachineSettings given{Device::cpu, Executor::graph, Precision::bf16, "plain", true, ""};
  EXPECT_EQ(checked_device(given, 3), torch::kCPU);
}

}  // namespace
}  // namespace m2m::train

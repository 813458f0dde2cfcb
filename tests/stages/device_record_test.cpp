#include <gtest/gtest.h>

#include "stages/runner.hpp"

namespace m2m::stages {
namespace {

TEST(DriverRelease, IsReadFromEitherKindOfKernelModule) {
  EXPECT_EQ(
      driver_release("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 20 22:36:29 UTC 2025"),
      "580.65.06");
  EXPECT_EQ(driver_release("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86  Release Build"),
            "570.86");
  EXPECT_EQ(driver_release(""), "");
}

TEST(VersionText, TakesApartWhatCudnnCounts) {
  EXPECT_EQ(version_text(91900), "9.19.0");
  EXPECT_EQ(version_text(90100), "9.1.0");
}

TEST(DeviceRecord, OfTheCpuIsEmpty) { EXPECT_TRUE(device_record(torch::kCPU).empty()); }

TEST(Environment, NamesMpiHostsAndTheMemoryOfTheHost) {
  const Json said = environment(6, 3);
  EXPECT_EQ(said.at("ranks"), 6);
  EXPECT_EQ(said.at("hosts"), 3);
  EXPECT_GT(said.at("host_memory").get<double>(), 1e8);
  EXPECT_NE(said.at("mpi").get<std::string>().find("MPI"), std::string::npos);
}

}  // namespace
}  // namespace m2m::stages

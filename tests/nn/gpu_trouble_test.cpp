#include "nn/gpu_trouble.hpp"

#include <gtest/gtest.h>

namespace m2m::nn {
namespace {

TEST(GpuTrouble, IsADriverOfAnOlderMajorVersion) {
  EXPECT_EQ(driver_trouble(13000, 13000), "");
  EXPECT_EQ(driver_trouble(13010, 13000), "");
  EXPECT_EQ(driver_trouble(13000, 13020), "") << "minor versions of one major version go together";
  EXPECT_EQ(driver_trouble(0, 13000), "") << "without a driver there is no GPU to be in trouble with";
  EXPECT_NE(driver_trouble(12040, 13000).find("CUDA 12.4"), std::string::npos);
}

TEST(GpuTrouble, OfAnArchitectureNamesTheOptionThatBuildsForIt) {
  EXPECT_NE(architecture_trouble("Tesla T4", 7, 5).find("CMAKE_CUDA_ARCHITECTURES=75"), std::string::npos);
}

TEST(GpuTrouble, IsNoneWithoutAGpuOrWithAGoodOne) { EXPECT_EQ(gpu_trouble(), ""); }

}  // namespace
}  // namespace m2m::nn

#include <gtest/gtest.h>

#include <cstdlib>

#include "nn/device.hpp"

namespace m2m::nn {
namespace {

constexpr const char* variable = "CUDA_DEVICE_MAX_CONNECTIONS";

// gpu_count() looks once, in this process too, so each case has a process of its own.
TEST(GpuQueues, AreAsManyAsStreamsMayNeedUnlessTheUserSaysOtherwise) {
  EXPECT_EXIT(
      {
        unsetenv(variable);
        gpu_count();
        std::fputs(std::getenv(variable), stderr);
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "^32$");
  EXPECT_EXIT(
      {
        setenv(variable, "5", 1);
        gpu_count();
        std::fputs(std::getenv(variable), stderr);
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "^5$");
}

}  // namespace
}  // namespace m2m::nn

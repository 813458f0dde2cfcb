#include <gtest/gtest.h>

#include "kernels/device_code.hpp"

namespace m2m::kernels {
namespace {

TEST(DeviceCode, RunsOnWhatIsNoOlderThanAnythingItWasCompiledFor) {
  EXPECT_FALSE(has_device_code(3, 7));  // nvcc 13 compiles for no such GPU
  EXPECT_TRUE(has_device_code(99, 0));
}

}  // namespace
}  // namespace m2m::kernels

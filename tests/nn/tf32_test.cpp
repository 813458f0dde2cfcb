#include "nn/tf32.hpp"

#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace m2m::nn {
namespace {

TEST(Tf32, IsOnOrOffForConvolutionsAndMatrixProductsAlike) {
  for (const bool allowed : {true, false, false, true, false}) {
    allow_tf32(allowed);
    EXPECT_EQ(at::globalContext().allowTF32CuDNN(), allowed);
    EXPECT_EQ(at::globalContext().allowTF32CuBLAS(), allowed);
  }
}

}  // namespace
}  // namespace m2m::nn

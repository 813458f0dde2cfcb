#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kernels/kernel_set.hpp"

namespace m2m::kernels {
namespace {

TEST(Peak, LoopsComputeEveryRound) {
  for (const InstructionSet set : supported_instruction_sets()) {
    const PeakLoop& loop = *kernel_set(set).float32.peak;
    std::array<float, peak_values> values{};
    loop.run(2, values.data());  // 0 * 0.5 + 1, and once more
    for (int i = 0; i < loop.multiply_adds; ++i) EXPECT_EQ(values[i], 1.5F) << to_text(set) << " " << i;
  }
}

TEST(Peak, LoopsOfBfloat16ComputeEveryRound) {
  const float small = to_float(to_bf16(1e-3F));
  if (best_instruction_set() < InstructionSet::avx512_bf16) GTEST_SKIP() << "no such instructions";
  std::array<float, peak_values> values{};
  kernels_avx512_bf16.bf16.peak->run(3, values.data());
  for (const float value : values) EXPECT_FLOAT_EQ(value, 3 * 2 * small);
  if (best_instruction_set() < InstructionSet::amx) return;
  values.fill(0);
  kernels_amx.bf16.peak->run(3, values.data());
  for (int i = 0; i < 6 * 16; ++i) EXPECT_NEAR(values[i], 3 * 32 * small, 1e-6) << i;
}

TEST(Peak, IsMeasuredForEveryInstructionSet) {
  for (const InstructionSet set : supported_instruction_sets()) {
    for (const double peak : {measured_peak<float>(set), measured_peak<Bf16>(set)}) {
      EXPECT_TRUE(std::isfinite(peak) && peak > 0) << to_text(set);
    }
  }
}

}  // namespace
}  // namespace m2m::kernels

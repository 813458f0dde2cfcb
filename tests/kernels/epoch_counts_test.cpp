// That the sums are those of libtorch's operations is in tests/train/epoch_counters_test.cpp.
#include "kernels/epoch_counts.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "support/count_cases.hpp"

namespace m2m::kernels {
namespace {

using testing::HostCounts;
using testing::HostStep;

TEST(EpochCounts, AddUpStepByStep) {
  const HostStep<double, double> step;
  HostCounts once, twice;
  count_step(0, step.answers(), step.step_edits(), once.counts());
  count_step(0, step.answers(), step.step_edits(), twice.counts());
  count_step(1, step.answers(), step.step_edits(), twice.counts());
  for (int sum = 0; sum < epoch_sum_count; ++sum) {
    EXPECT_GT(once.sums[sum], 0) << sum;
    EXPECT_DOUBLE_EQ(twice.sums[sum], 2 * once.sums[sum]) << sum;
  }
}

TEST(EpochCounts, MarkTheSlotsOfAcceptedTranslations) {
  const HostStep<float, float> step;
  HostCounts counted;
  count_step(0, step.answers(), step.step_edits(), counted.counts());
  for (std::int64_t i = 0; i < step.edits; ++i) EXPECT_EQ(counted.accepted[step.slots[i]], step.accepted[i]);
  EXPECT_EQ(std::accumulate(counted.accepted.begin(), counted.accepted.end(), std::int64_t{0}),
            counted.sums[sum_generated]);
}

TEST(EpochCounts, KeepTheFirstStepWhoseLossIsNotFinite) {
  HostStep<float, float> step;
  HostCounts counted;
  count_step(3, step.answers(), {}, counted.counts());
  EXPECT_EQ(counted.bad_step[0], -1);
  step.losses[17] = std::numeric_limits<float>::infinity();
  count_step(4, step.answers(), {}, counted.counts());
  count_step(5, step.answers(), {}, counted.counts());
  EXPECT_EQ(counted.bad_step[0], 4);
}

}  // namespace
}  // namespace m2m::kernels

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/epoch_counts.hpp"
#include "support/count_cases.hpp"
#include "support/on_device.hpp"

namespace m2m::kernels {
namespace {

using testing::has_device;
using testing::HostCounts;
using testing::HostStep;
using testing::OnDevice;

/// `counts` and a step, counted by the device.
template <typename Real, typename Loss>
HostCounts counted_there(const HostStep<Real, Loss>& step, const HostCounts& counts) {
  const OnDevice<double> sums(counts.sums);
  const OnDevice<std::int64_t> bad_step(counts.bad_step), accepted(counts.accepted);
  const OnDevice<Real> outputs(step.outputs);
  const OnDevice<Loss> losses(step.losses);
  const OnDevice<std::int64_t> labels(step.labels), rows(step.edit_rows), seed_classes(step.seed_classes),
      targets(step.targets);
  const OnDevice<std::uint8_t> kept(step.accepted);
  const OnDevice<std::int32_t> slots(step.slots);
  testing::run_recorded([&](void* stream) {
    count_step_cuda<Real, Loss>(4, {step.rows, step.classes, outputs.get(), losses.get(), labels.get(), 3.0},
                                {step.edits, rows.get(), seed_classes.get(), targets.get(),
                                 reinterpret_cast<const bool*>(kept.get()), slots.get()},
                                {sums.get(), bad_step.get(), accepted.get()}, stream);
  });
  return {sums.back(), bad_step.back(), accepted.back()};
}

/// Of an epoch in which step `bad_step` was the first whose loss was not finite, or none (-1).
template <typename Real, typename Loss>
void expect_the_cpus_counts(const HostStep<Real, Loss>& step, std::int64_t bad_step, bool is_bad) {
  HostCounts here;
  here.sums.assign(epoch_sum_count, 0.5);  // of the steps before
  here.bad_step = {bad_step};
  const HostCounts there = counted_there(step, here);
  count_step<Real, Loss>(4, step.answers(), step.step_edits(), here.counts());
  EXPECT_EQ(there.bad_step, here.bad_step);
  EXPECT_EQ(there.accepted, here.accepted);
  for (int sum = 0; sum < epoch_sum_count; ++sum) {
    if (is_bad && (sum == sum_loss || sum == sum_generated_loss)) continue;
    EXPECT_NEAR(there.sums[sum], here.sums[sum], 1e-9) << sum;
  }
}

template <typename Real, typename Loss>
void expect_the_cpus_counts() {
  HostStep<Real, Loss> step;
  for (Real& output : step.outputs) output = std::round(output);  // so that some rows have two largest
  expect_the_cpus_counts(step, -1, false);
  for (const Loss bad : {std::numeric_limits<Loss>::infinity(), std::numeric_limits<Loss>::quiet_NaN()}) {
    step.losses[299] = bad;
    expect_the_cpus_counts(step, -1, true);
    expect_the_cpus_counts(step, 2, true);
  }
}

TEST(EpochCountsOnTheDevice, AreTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  expect_the_cpus_counts<float, float>();
  expect_the_cpus_counts<float, double>();
  expect_the_cpus_counts<double, double>();
}

}  // namespace
}  // namespace m2m::kernels

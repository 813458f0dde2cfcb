// Measures the peak of one thread. Compiled with -O3: without vector instructions its loop on plain lanes would not
// reach the peak of the processor.
#include <algorithm>
#include <array>
#include <chrono>

#include "kernels/lanes_plain.hpp"
// The loop follows its lanes.
#include "kernels/peak_loops.hpp"

namespace m2m::kernels {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double block_seconds = 1e-3;
constexpr int blocks = 20;

/// The best block counts: in others the processor changed its frequency, or another thread ran.
double best_rate(const PeakLoop& loop) {
  std::array<float, peak_values> values{};
  const auto seconds_of = [&](std::int64_t rounds) {
    const auto start = Clock::now();
    loop.run(rounds, values.data());
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  std::int64_t rounds = 1000;
  while (seconds_of(rounds) < block_seconds) rounds *= 2;
  double best = 0;
  for (int block = 0; block < blocks; ++block) {
    best = std::max(best, 2.0 * loop.multiply_adds * static_cast<double>(rounds) / seconds_of(rounds));
  }
  return best;
}

}  // namespace

constinit const PeakLoop peak_plain = peak_loop<3>;

template <typename Number>
double measured_peak(InstructionSet set) {
  return best_rate(*kernel_set(set).typed<Number>().peak);
}

template double measured_peak<float>(InstructionSet);
template double measured_peak<Bf16>(InstructionSet);

}  // namespace m2m::kernels

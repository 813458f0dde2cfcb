#include "kernels/peak.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "kernels/bfloat16.hpp"
#include "kernels/peak_variants.hpp"

namespace m2m::kernels {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double block_seconds = 1e-3;
constexpr int blocks = 20;

/// The best block counts: in the others the processor was still changing its frequency, or was taken away.
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

template <>
double measured_peak<float>(InstructionSet set) {
  if (set == InstructionSet::plain) return best_rate(peak_plain);
  return best_rate(set == InstructionSet::avx2 ? peak_avx2 : peak_avx512);
}

template <>
double measured_peak<Bf16>(InstructionSet set) {
  if (set == InstructionSet::amx) return best_rate(peak_amx);
  return set == InstructionSet::avx512_bf16 ? best_rate(peak_avx512_bf16) : measured_peak<float>(set);
}

}  // namespace m2m::kernels

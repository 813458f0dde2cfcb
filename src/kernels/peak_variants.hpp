#pragma once
// The compiled variants, one source each; measured_peak() picks among them.
#include <cstdint>

namespace m2m::kernels {

/// Sums that do not depend on each other: enough of them hide the time that each multiply-add takes.
struct PeakLoop {
  int multiply_adds;  // of a round
  /// values: [peak_values], read and changed, so that no compiler can foresee or drop the rounds.
  void (*run)(std::int64_t rounds, float* values);
};
constexpr int peak_values = 12 * 16;

extern const PeakLoop peak_plain, peak_avx2, peak_avx512, peak_avx512_bf16, peak_amx;

}  // namespace m2m::kernels

#pragma once
// How fast one thread can compute at best: what the speed of a phase is compared with. Measured, not looked up.
#include "core/instruction_set.hpp"

namespace m2m::kernels {

/// Floating-point operations a second of one thread on multiply-adds that wait for nothing; each counts as two.
///
/// Number: float; or Bf16, whose products are summed in float32, where processors without such instructions compute
/// in float32 as well. Takes about 20 ms, of which the best millisecond counts. Local; differs from call to call.
template <typename Number>
double measured_peak(InstructionSet set);

}  // namespace m2m::kernels

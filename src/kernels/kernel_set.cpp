#include "kernels/kernel_set.hpp"

#include <array>

namespace m2m::kernels {
namespace {

template <typename Entry>
void overlay(Entry& entry, Entry further) {
  if (further != nullptr) entry = further;
}

template <typename T>
void overlay(TypedKernels<T>& kernels, const TypedKernels<T>& further) {
  overlay(kernels.conv3x3, further.conv3x3);
  overlay(kernels.batch_norm, further.batch_norm);
  overlay(kernels.peak, further.peak);
}

/// In the order of InstructionSet, each from its isa_*.cpp.
constexpr std::array compiled = {&kernels_plain, &kernels_avx2, &kernels_avx512, &kernels_avx512_bf16,
                                 &kernels_amx};

}  // namespace

KernelSet kernel_set(InstructionSet set) {
  KernelSet kernels = kernels_plain;
  for (std::size_t further = 1; further <= static_cast<std::size_t>(set); ++further) {
    overlay(kernels.float32, compiled[further]->float32);
    overlay(kernels.bf16, compiled[further]->bf16);
    overlay(kernels.winograd, compiled[further]->winograd);
    overlay(kernels.tile_conv, compiled[further]->tile_conv);
  }
  return kernels;
}

}  // namespace m2m::kernels

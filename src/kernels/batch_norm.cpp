#include "kernels/batch_norm.hpp"

#include "kernels/batch_norm_variants.hpp"

namespace m2m::kernels {

template <>
BatchNormKernels<float> batch_norm_kernels<float>(InstructionSet set) {
  if (set == InstructionSet::plain) return batch_norm_plain_float;
  return set == InstructionSet::avx2 ? batch_norm_avx2_float : batch_norm_avx512_float;
}

template <>
BatchNormKernels<Bf16> batch_norm_kernels<Bf16>(InstructionSet set) {
  if (set == InstructionSet::plain) return batch_norm_plain_bf16;
  return set >= InstructionSet::avx512_bf16 ? batch_norm_avx512_bf16 : batch_norm_avx2_bf16;
}

}  // namespace m2m::kernels

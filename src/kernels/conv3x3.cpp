#include "kernels/conv3x3.hpp"

#include "kernels/conv3x3_variants.hpp"

namespace m2m::kernels {

template <>
ConvFn<float> conv3x3<float>(InstructionSet set) {
  switch (set) {
    case InstructionSet::plain:
      return conv3x3_plain;
    case InstructionSet::avx2:
      return conv3x3_avx2;
    case InstructionSet::avx512:
    case InstructionSet::avx512_bf16:
    case InstructionSet::amx:
      return conv3x3_avx512;
  }
  return nullptr;
}

template <>
ConvFn<Bf16> conv3x3<Bf16>(InstructionSet set) {
  switch (set) {
    case InstructionSet::plain:
      return conv3x3_plain;
    case InstructionSet::avx2:
    case InstructionSet::avx512:
      return conv3x3_avx2;
    case InstructionSet::avx512_bf16:
    case InstructionSet::amx:
      return conv3x3_avx512_bf16;
  }
  return nullptr;
}

}  // namespace m2m::kernels

// Weights in the order in which the kernels read them.
#include <type_traits>

#include "kernels/conv3x3.hpp"

namespace m2m::kernels {
namespace {

template <typename T>
T stored(float value) {
  if constexpr (std::is_same_v<T, Bf16>) {
    return to_bf16(value);
  } else {
    return value;
  }
}

/// at(o, i, tap): the weight from channel i to channel o; o and i count channels that are there.
template <typename T, typename At>
void pack(int out_channels, int outs, int in_channels, int ins, Aligned<T>& packed, At at) {
  constexpr int group = std::is_same_v<T, Bf16> ? 2 : 1;
  packed.assign(static_cast<std::size_t>(out_channels) * in_channels * 9, T{});
  for (int o = 0; o < outs; ++o) {
    T* block = packed.data() + std::int64_t{o / lanes} * lanes * 9 * in_channels + o % lanes * group;
    for (int tap = 0; tap < 9; ++tap, block += in_channels * lanes) {
      for (int i = 0; i < ins; ++i) {
        block[i / group * group * lanes + i % group] = stored<T>(at(o, i, tap));
      }
    }
  }
}

}  // namespace

template <typename T>
void pack_forward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed) {
  pack(sizes.out_channels, sizes.out_channels, stored_channels(sizes.in_channels), sizes.in_channels, packed,
       [&](int o, int i, int tap) { return scale[o] * weight[(o * sizes.in_channels + i) * 9 + tap]; });
}

template <typename T>
void pack_backward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed) {
  pack(padded_to_lanes(sizes.in_channels), sizes.in_channels, sizes.out_channels, sizes.out_channels, packed,
       [&](int i, int o, int tap) { return scale[o] * weight[(o * sizes.in_channels + i) * 9 + tap]; });
}

template void pack_forward<float>(const ConvSizes&, const float*, const float*, Aligned<float>&);
template void pack_forward<Bf16>(const ConvSizes&, const float*, const float*, Aligned<Bf16>&);
template void pack_backward<float>(const ConvSizes&, const float*, const float*, Aligned<float>&);
template void pack_backward<Bf16>(const ConvSizes&, const float*, const float*, Aligned<Bf16>&);

}  // namespace m2m::kernels

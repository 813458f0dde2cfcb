#pragma once
// How the kernels store numbers: bfloat16, and vectors that begin with a cache line.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#ifdef __CUDACC__
#define M2M_HOST_DEVICE __host__ __device__
#else
#define M2M_HOST_DEVICE
#endif

namespace m2m::kernels {

/// The upper half of a float32: eight bits of precision and the range of float32.
struct Bf16 {
  std::uint16_t bits;
};

M2M_HOST_DEVICE inline float to_float(Bf16 value) {
  const std::uint32_t bits = std::uint32_t{value.bits} << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof wide);  // nvcc's dialect has no std::bit_cast
  return wide;
}

/// The nearest bfloat16, the even one on a tie; a NaN stays one.
M2M_HOST_DEVICE inline Bf16 to_bf16(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const bool is_nan = (bits & 0x7fffffffU) > 0x7f800000U;
  const std::uint32_t rounded = is_nan ? bits | 0x00400000U : bits + 0x7fffU + ((bits >> 16) & 1U);
  return {static_cast<std::uint16_t>(rounded >> 16)};
}

/// An allocator whose memory begins with a cache line.
template <typename T>
struct CacheLines {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  CacheLines() = default;
  template <typename Other>
  CacheLines(const CacheLines<Other>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), line)); }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, line); }
  bool operator==(const CacheLines&) const { return true; }  // not defaulted: CUDA sources are C++17
};

/// A vector that begins with a cache line: no wide load of an aligned row touches two lines.
template <typename T>
using Aligned = std::vector<T, CacheLines<T>>;

}  // namespace m2m::kernels

#pragma once
// Values of a register in the 32 lanes of a warp.
#include <array>
#include <cstdint>
#include <cstring>

namespace m2m::testing::ptx {

inline constexpr std::uint32_t lanes_of_a_warp = 32;
inline constexpr std::uint32_t all_lanes = 0xffffffffU;

/// A register of any type: the value lies in the low bytes of each lane's word.
using Lanes = std::array<std::uint64_t, lanes_of_a_warp>;

template <typename T>
T get(const Lanes& from, std::uint32_t lane) {
  T value;
  std::memcpy(&value, &from[lane], sizeof value);
  return value;
}

template <typename T>
void put(Lanes& to, std::uint32_t lane, T value) {
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof value);
  to[lane] = word;
}

}  // namespace m2m::testing::ptx

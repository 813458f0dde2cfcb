#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "support/ptx/lane_operation.hpp"
#include "support/ptx/operations.hpp"

namespace m2m::testing::ptx {
namespace {

/// The nearest Bf16, ties to even; a NaN becomes the one that GPUs write.
std::uint32_t to_bf16(float v) {
  if (std::isnan(v)) return 0x7fffU;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(v);
  return (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16;
}

float positive_part(float v) { return std::isnan(v) || v > 0 ? v : 0.0F; }

/// A whole number into the range of To. NaN becomes 0, but the highest bit alone if one of the types is the widest.
template <typename To, typename From>
To into_range(From v) {
  constexpr bool is_wide = sizeof(From) == 8 || sizeof(To) == 8;
  if (std::isnan(v)) return is_wide ? static_cast<To>(std::uint64_t{1} << (8 * sizeof(To) - 1)) : To{0};
  constexpr From least = static_cast<From>(std::numeric_limits<To>::min());
  const From beyond = std::ldexp(From{1}, std::numeric_limits<To>::digits);  // the first that is too large
  if (v < least) return std::numeric_limits<To>::min();
  return v >= beyond ? std::numeric_limits<To>::max() : static_cast<To>(v);
}

template <typename To, typename From>
void add_between(Operations& to, const std::string& to_type, const std::string& from_type) {
  const std::string types = "." + to_type + "." + from_type;
  if constexpr (std::is_integral_v<To> && std::is_integral_v<From>) {
    to["cvt" + types] = lane_operation<To, From>([](From v) { return static_cast<To>(v); });
  } else if constexpr (std::is_integral_v<From>) {
    to["cvt.rn" + types] = lane_operation<To, From>([](From v) { return static_cast<To>(v); });
  } else if constexpr (std::is_integral_v<To>) {
    to["cvt.rzi" + types] = lane_operation<To, From>([](From v) { return into_range<To>(std::trunc(v)); });
    to["cvt.rni" + types] = lane_operation<To, From>([](From v) { return into_range<To>(std::nearbyint(v)); });
    to["cvt.rmi" + types] = lane_operation<To, From>([](From v) { return into_range<To>(std::floor(v)); });
  } else if constexpr (std::is_same_v<To, From>) {
    to["cvt.rzi" + types] = lane_operation<To, From>([](From v) { return std::trunc(v); });
    to["cvt.rni" + types] = lane_operation<To, From>([](From v) { return std::nearbyint(v); });
    to["cvt.rmi" + types] = lane_operation<To, From>([](From v) { return std::floor(v); });
    to["cvt.sat" + types] =
        lane_operation<To, From>([](From v) { return std::isnan(v) ? From{0} : std::clamp(v, From{0}, From{1}); });
  } else {
    to[(sizeof(To) < sizeof(From) ? "cvt.rn" : "cvt") + types] =
        lane_operation<To, From>([](From v) { return static_cast<To>(v); });
  }
}

template <typename To>
void add_from_all(Operations& to, const std::string& type) {
  add_between<To, std::int8_t>(to, type, "s8");
  add_between<To, std::uint8_t>(to, type, "u8");
  add_between<To, std::int16_t>(to, type, "s16");
  add_between<To, std::uint16_t>(to, type, "u16");
  add_between<To, std::int32_t>(to, type, "s32");
  add_between<To, std::uint32_t>(to, type, "u32");
  add_between<To, std::int64_t>(to, type, "s64");
  add_between<To, std::uint64_t>(to, type, "u64");
  add_between<To, float>(to, type, "f32");
  add_between<To, double>(to, type, "f64");
}

}  // namespace

void add_conversions(Operations& to) {
  add_from_all<std::int16_t>(to, "s16");
  add_from_all<std::uint16_t>(to, "u16");
  add_from_all<std::int32_t>(to, "s32");
  add_from_all<std::uint32_t>(to, "u32");
  add_from_all<std::int64_t>(to, "s64");
  add_from_all<std::uint64_t>(to, "u64");
  add_from_all<float>(to, "f32");
  add_from_all<double>(to, "f64");
  to["cvt.rn.bf16x2.f32"] = lane_operation<std::uint32_t, float, float>(
      [](float high, float low) { return to_bf16(high) << 16 | to_bf16(low); });
  to["cvt.rn.bf16.f32"] =
      lane_operation<std::uint16_t, float>([](float v) { return static_cast<std::uint16_t>(to_bf16(v)); });
  to["cvt.rn.relu.bf16x2.f32"] = lane_operation<std::uint32_t, float, float>(
      [](float high, float low) { return to_bf16(positive_part(high)) << 16 | to_bf16(positive_part(low)); });
  for (const std::string space : {"global", "local"}) {
    to["cvta." + space + ".u64"] = to["cvta.to." + space + ".u64"] =
        lane_operation<std::uint64_t, std::uint64_t>([](std::uint64_t address) { return address; });
  }
}

}  // namespace m2m::testing::ptx

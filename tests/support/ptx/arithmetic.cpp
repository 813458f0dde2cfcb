#include <algorithm>
#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <type_traits>

#include "support/ptx/lane_operation.hpp"
#include "support/ptx/operations.hpp"

namespace m2m::testing::ptx {
namespace {

/// Sums and products that wrap around: of signed values, too.
template <typename T>
using Unsigned = std::make_unsigned_t<T>;
/// Wide enough for a product of two Ts.
template <typename T>
using Wide =
    std::conditional_t<sizeof(T) == 8, T, std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;

/// a / b; all bits by 0, and the least number by -1 wraps around.
template <typename T>
T quotient(T a, T b) {
  if (b == 0) return static_cast<T>(-1);
  if (std::is_signed_v<T> && b == static_cast<T>(-1)) return static_cast<T>(0 - Unsigned<T>(a));
  return static_cast<T>(a / b);
}

template <typename T>
void add_integers(Operations& to, const std::string& type) {
  to["add." + type] =
      lane_operation<T, T, T>([](T a, T b) { return static_cast<T>(Unsigned<T>(a) + Unsigned<T>(b)); });
  to["sub." + type] =
      lane_operation<T, T, T>([](T a, T b) { return static_cast<T>(Unsigned<T>(a) - Unsigned<T>(b)); });
  to["mul.lo." + type] =
      lane_operation<T, T, T>([](T a, T b) { return static_cast<T>(std::uint64_t(a) * std::uint64_t(b)); });
  to["mad.lo." + type] = lane_operation<T, T, T, T>(
      [](T a, T b, T c) { return static_cast<T>(std::uint64_t(a) * std::uint64_t(b) + std::uint64_t(c)); });
  to["min." + type] = lane_operation<T, T, T>([](T a, T b) { return std::min(a, b); });
  to["max." + type] = lane_operation<T, T, T>([](T a, T b) { return std::max(a, b); });
  to["div." + type] = lane_operation<T, T, T>([](T a, T b) { return quotient(a, b); });
  to["rem." + type] = lane_operation<T, T, T>(
      [](T a, T b) { return static_cast<T>(Unsigned<T>(a) - Unsigned<T>(quotient(a, b)) * Unsigned<T>(b)); });
  to["shr." + type] = lane_operation<T, T, std::uint32_t>([](T a, std::uint32_t by) {
    constexpr std::uint32_t bits = 8 * sizeof(T);
    return static_cast<T>(by < bits ? a >> by : std::is_signed_v<T> && a < 0 ? -1 : 0);
  });
  if constexpr (std::is_signed_v<T>) {
    to["neg." + type] = lane_operation<T, T>([](T a) { return static_cast<T>(0 - Unsigned<T>(a)); });
    to["abs." + type] = lane_operation<T, T>([](T a) { return a < 0 ? static_cast<T>(0 - Unsigned<T>(a)) : a; });
  }
  if constexpr (sizeof(T) < 8) {
    using Double =
        std::conditional_t<sizeof(T) == 2, std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>,
                           Wide<T>>;
    to["mul.wide." + type] =
        lane_operation<Double, T, T>([](T a, T b) { return static_cast<Double>(Wide<T>(a) * Wide<T>(b)); });
    to["mad.wide." + type] = lane_operation<Double, T, T, Double>(
        [](T a, T b, Double c) { return static_cast<Double>(Wide<T>(a) * Wide<T>(b) + Wide<Double>(c)); });
    to["mul.hi." + type] = lane_operation<T, T, T>(
        [](T a, T b) { return static_cast<T>(Wide<T>(a) * Wide<T>(b) >> (8 * sizeof(T))); });
  }
}

template <typename T>
void add_comparisons(Operations& to, const std::string& type) {
  to["setp.eq." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a == b; });
  to["setp.lt." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a < b; });
  to["setp.le." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a <= b; });
  to["setp.gt." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a > b; });
  to["setp.ge." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a >= b; });
  if constexpr (std::is_floating_point_v<T>) {  // NaN is not unequal, and all of the second kind
    to["setp.ne." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a < b || a > b; });
    to["setp.equ." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return !(a < b || a > b); });
    to["setp.neu." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a != b; });
    to["setp.ltu." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return !(a >= b); });
    to["setp.leu." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return !(a > b); });
    to["setp.gtu." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return !(a <= b); });
    to["setp.geu." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return !(a < b); });
    to["setp.nan." + type] =
        lane_operation<std::uint32_t, T, T>([](T a, T b) { return std::isnan(a) || std::isnan(b); });
    to["setp.num." + type] =
        lane_operation<std::uint32_t, T, T>([](T a, T b) { return !std::isnan(a) && !std::isnan(b); });
  } else {
    to["setp.ne." + type] = lane_operation<std::uint32_t, T, T>([](T a, T b) { return a != b; });
  }
}

/// Moves and choices, which do not depend on what the bits mean.
template <typename T>
void add_moves(Operations& to, const std::string& type) {
  to["mov." + type] = lane_operation<T, T>([](T a) { return a; });
  to["selp." + type] =
      lane_operation<T, T, T, std::uint32_t>([](T a, T b, std::uint32_t p) { return p != 0 ? a : b; });
}

template <typename T>
void add_bits(Operations& to, const std::string& type) {
  to["and." + type] = lane_operation<T, T, T>([](T a, T b) { return static_cast<T>(a & b); });
  to["or." + type] = lane_operation<T, T, T>([](T a, T b) { return static_cast<T>(a | b); });
  to["xor." + type] = lane_operation<T, T, T>([](T a, T b) { return static_cast<T>(a ^ b); });
  to["not." + type] = lane_operation<T, T>([](T a) { return static_cast<T>(~a); });
  to["shl." + type] = lane_operation<T, T, std::uint32_t>(
      [](T a, std::uint32_t by) { return by < 8 * sizeof(T) ? static_cast<T>(std::uint64_t(a) << by) : T{0}; });
  to["shr." + type] = lane_operation<T, T, std::uint32_t>(
      [](T a, std::uint32_t by) { return by < 8 * sizeof(T) ? static_cast<T>(a >> by) : T{0}; });
}

/// `count` low bits.
std::uint64_t mask(std::uint32_t count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

template <typename T>
void add_bit_fields(Operations& to, const std::string& bits, const std::string& number) {
  to["bfi." + bits] = lane_operation<T, T, T, std::uint32_t, std::uint32_t>(
      [](T field, T into, std::uint32_t at, std::uint32_t count) {
        at &= 255;
        count &= 255;
        if (at >= 8 * sizeof(T)) return into;
        const std::uint64_t chosen = mask(count) << at;
        return static_cast<T>((into & ~chosen) | (std::uint64_t{field} << at & chosen));
      });
  to["bfe.u" + number] =
      lane_operation<T, T, std::uint32_t, std::uint32_t>([](T from, std::uint32_t at, std::uint32_t count) {
        at &= 255;
        return at >= 8 * sizeof(T) ? T{0} : static_cast<T>(from >> at & mask(count & 255));
      });
  to["bfe.s" + number] =
      lane_operation<T, T, std::uint32_t, std::uint32_t>([](T from, std::uint32_t at, std::uint32_t count) {
        at &= 255;
        count &= 255;
        if (count == 0) return T{0};
        constexpr std::uint32_t top = 8 * sizeof(T) - 1;
        const bool is_negative = (from >> std::min(at + count - 1, top) & 1U) != 0;
        const std::uint64_t field = at > top ? 0 : from >> at & mask(count);
        const std::uint32_t kept = at > top ? 0 : std::min(count, top + 1 - at);
        return static_cast<T>(is_negative ? field | ~mask(kept) : field);
      });
}

/// The sum of a product with one rounding, downwards.
template <typename T>
T fma_down(T a, T b, T c) {
  const int before = std::fegetround();
  std::fesetround(FE_DOWNWARD);
  volatile T x = a, y = b, z = c;
  const volatile T sum = std::fma(T{x}, T{y}, T{z});
  std::fesetround(before);
  return sum;
}

/// -0 is smaller than 0. Of a number and NaN the result is the number.
template <typename T>
T smaller(T a, T b) {
  if (a == b) return std::signbit(a) ? a : b;
  return std::fmin(a, b);
}
template <typename T>
T larger(T a, T b) {
  if (a == b) return std::signbit(a) ? b : a;
  return std::fmax(a, b);
}

template <typename T>
void add_reals(Operations& to, const std::string& type) {
  for (const std::string rounding : {"", "rn."}) {
    to["add." + rounding + type] = lane_operation<T, T, T>([](T a, T b) { return a + b; });
    to["sub." + rounding + type] = lane_operation<T, T, T>([](T a, T b) { return a - b; });
    to["mul." + rounding + type] = lane_operation<T, T, T>([](T a, T b) { return a * b; });
  }
  to["div.rn." + type] = lane_operation<T, T, T>([](T a, T b) { return a / b; });
  to["rcp.rn." + type] = lane_operation<T, T>([](T a) { return 1 / a; });
  to["sqrt.rn." + type] = lane_operation<T, T>([](T a) { return std::sqrt(a); });
  to["fma.rn." + type] = lane_operation<T, T, T, T>([](T a, T b, T c) { return std::fma(a, b, c); });
  to["fma.rm." + type] = lane_operation<T, T, T, T>([](T a, T b, T c) { return fma_down(a, b, c); });
  to["neg." + type] = lane_operation<T, T>([](T a) { return -a; });
  to["abs." + type] = lane_operation<T, T>([](T a) { return std::fabs(a); });
  to["min." + type] = lane_operation<T, T, T>([](T a, T b) { return smaller(a, b); });
  to["max." + type] = lane_operation<T, T, T>([](T a, T b) { return larger(a, b); });
}

float flushed(float v) { return std::fpclassify(v) == FP_SUBNORMAL ? std::copysign(0.0F, v) : v; }

/// `result`, but NaN if a or b is.
float unless_nan(float a, float b, float result) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<float>::quiet_NaN() : result;
}

void add_special_reals(Operations& to) {
  static const bool rounds_products = std::getenv("M2M_PTX_ROUND_PRODUCTS") != nullptr;
  if (rounds_products) {
    to["fma.rn.f32"] = lane_operation<float, float, float, float>([](float a, float b, float c) {
      const volatile float product = a * b;
      return product + c;
    });
  }
  to["max.NaN.f32"] =
      lane_operation<float, float, float>([](float a, float b) { return unless_nan(a, b, larger(a, b)); });
  to["min.NaN.f32"] =
      lane_operation<float, float, float>([](float a, float b) { return unless_nan(a, b, smaller(a, b)); });
  to["ex2.approx.ftz.f32"] = lane_operation<float, float>([](float a) { return flushed(std::exp2(flushed(a))); });
  // The upper half alone: what calls it refines it.
  to["rcp.approx.ftz.f64"] = lane_operation<std::uint64_t, double>(
      [](double a) { return std::bit_cast<std::uint64_t>(1 / a) & 0xffffffff00000000U; });
}

void add_predicates(Operations& to) {
  using P = std::uint32_t;
  to["and.pred"] = lane_operation<P, P, P>([](P a, P b) { return a & b; });
  to["or.pred"] = lane_operation<P, P, P>([](P a, P b) { return a | b; });
  to["xor.pred"] = lane_operation<P, P, P>([](P a, P b) { return a ^ b; });
  to["not.pred"] = lane_operation<P, P>([](P a) { return a == 0 ? 1U : 0U; });
  to["mov.pred"] = lane_operation<P, P>([](P a) { return a != 0 ? 1U : 0U; });
}

/// prmt in its plain mode: each 4 bits of the choice name a byte of b:a, or with the highest bit its sign.
std::uint32_t permute(std::uint32_t a, std::uint32_t b, std::uint32_t choice) {
  const std::uint64_t bytes = std::uint64_t{b} << 32 | a;
  std::uint32_t result = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t chosen = choice >> (4 * i) & 15U;
    std::uint32_t byte = static_cast<std::uint32_t>(bytes >> (chosen % 8 * 8)) & 0xffU;
    if ((chosen & 8U) != 0) byte = (byte & 0x80U) != 0 ? 0xffU : 0U;
    result |= byte << (8 * i);
  }
  return result;
}

/// set.neu.u32.bf16x2: 0xffff for each half that is unequal, as a NaN is to all.
std::uint32_t unequal_halves(std::uint32_t a, std::uint32_t b) {
  std::uint32_t result = 0;
  for (const std::uint32_t shift : {0U, 16U}) {
    const float x = std::bit_cast<float>((a >> shift) << 16), y = std::bit_cast<float>((b >> shift) << 16);
    if (!(x == y)) result |= 0xffffU << shift;
  }
  return result;
}

}  // namespace

void add_arithmetic(Operations& to) {
  add_integers<std::int16_t>(to, "s16");
  add_integers<std::uint16_t>(to, "u16");
  add_integers<std::int32_t>(to, "s32");
  add_integers<std::uint32_t>(to, "u32");
  add_integers<std::int64_t>(to, "s64");
  add_integers<std::uint64_t>(to, "u64");
  add_reals<float>(to, "f32");
  add_reals<double>(to, "f64");
  add_comparisons<std::int16_t>(to, "s16");
  add_comparisons<std::int32_t>(to, "s32");
  add_comparisons<std::int64_t>(to, "s64");
  add_comparisons<float>(to, "f32");
  add_comparisons<double>(to, "f64");
  for (const std::string kind : {"u", "b"}) {
    add_comparisons<std::uint16_t>(to, kind + "16");
    add_comparisons<std::uint32_t>(to, kind + "32");
    add_comparisons<std::uint64_t>(to, kind + "64");
  }
  for (const std::string kind : {"u", "s", "b", "f"}) {
    add_moves<std::uint16_t>(to, kind + "16");
    add_moves<std::uint32_t>(to, kind + "32");
    add_moves<std::uint64_t>(to, kind + "64");
  }
  add_bits<std::uint16_t>(to, "b16");
  add_bits<std::uint32_t>(to, "b32");
  add_bits<std::uint64_t>(to, "b64");
  add_bit_fields<std::uint32_t>(to, "b32", "32");
  add_bit_fields<std::uint64_t>(to, "b64", "64");
  add_predicates(to);
  add_special_reals(to);
  to["prmt.b32"] = lane_operation<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>(
      [](std::uint32_t a, std::uint32_t b, std::uint32_t choice) { return permute(a, b, choice); });
  to["set.neu.u32.bf16x2"] = lane_operation<std::uint32_t, std::uint32_t, std::uint32_t>(
      [](std::uint32_t a, std::uint32_t b) { return unequal_halves(a, b); });
}

}  // namespace m2m::testing::ptx

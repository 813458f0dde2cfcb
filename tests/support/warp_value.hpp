#pragma once
// A value of each of the 32 lanes of an emulated warp, with the operators of the value.
#include <array>
#include <cstddef>
#include <type_traits>

namespace m2m::testing {

/// T: a built-in type. Operators work lane by lane; a plain value stands for the same in every lane.
template <typename T>
struct WarpValue {
  std::array<T, 32> of;

  WarpValue() { of.fill(T{}); }
  WarpValue(T everywhere) { of.fill(everywhere); }  // NOLINT(google-explicit-constructor): as a plain value would

  T& operator[](std::size_t lane) { return of[lane]; }
  const T& operator[](std::size_t lane) const { return of[lane]; }
};

/// f(a, b) of each lane.
template <typename T, typename F>
auto lane_by_lane(const WarpValue<T>& a, const WarpValue<T>& b, F f) {
  WarpValue<decltype(f(a[0], b[0]))> result;
  for (std::size_t lane = 0; lane < 32; ++lane) result[lane] = f(a[lane], b[lane]);
  return result;
}

/// f(v) of each lane.
template <typename T, typename F>
auto each_lane(const WarpValue<T>& v, F f) {
  return lane_by_lane(v, v, [&](T x, T) { return f(x); });
}

// A macro, because each operator needs three forms: of two values of lanes, and of one and a plain value on either
// side.
#define M2M_OPERATOR(op)                                                                            \
  template <typename T>                                                                             \
  auto operator op(const WarpValue<T>& a, const WarpValue<T>& b) {                                  \
    return lane_by_lane(a, b, [](T x, T y) { return static_cast<decltype(T {} op T{})>(x op y); }); \
  }                                                                                                 \
  template <typename T>                                                                             \
  auto operator op(const WarpValue<T>& a, std::type_identity_t<T> b) {                              \
    return a op WarpValue<T>(b);                                                                    \
  }                                                                                                 \
  template <typename T>                                                                             \
  auto operator op(std::type_identity_t<T> a, const WarpValue<T>& b) {                              \
    return WarpValue<T>(a) op b;                                                                    \
  }
M2M_OPERATOR(+)
M2M_OPERATOR(-)
M2M_OPERATOR(*)
M2M_OPERATOR(/)
M2M_OPERATOR(%)
M2M_OPERATOR(&)
M2M_OPERATOR(|)
M2M_OPERATOR(^)
M2M_OPERATOR(<<)
M2M_OPERATOR(>>)
M2M_OPERATOR(==)
M2M_OPERATOR(<)
#undef M2M_OPERATOR

}  // namespace m2m::testing

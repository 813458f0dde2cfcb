#pragma once
// Operations that work lane by lane.
#include <utility>

#include "support/ptx/operations.hpp"
#include "support/ptx/program.hpp"
#include "support/ptx/registers.hpp"
#include "support/ptx/warp.hpp"

namespace m2m::testing::ptx {

/// An operation with a result of type To and operands of types From: f of them in each active lane. f: without
/// state.
template <typename To, typename... From, typename F>
Operation lane_operation(F) {
  const Run run = [](Warp& warp, const Instruction& instruction) {
    const auto in_lanes = [&]<std::size_t... i>(std::index_sequence<i...>) {
      Lanes& result = warp[instruction.registers[0]];
      warp.each_lane([&](std::uint32_t lane) {
        put<To>(result, lane, static_cast<To>(F{}(get<From>(warp[instruction.registers[i + 1]], lane)...)));
      });
    };
    in_lanes(std::index_sequence_for<From...>{});
  };
  return {run, 1 + sizeof...(From)};
}

}  // namespace m2m::testing::ptx

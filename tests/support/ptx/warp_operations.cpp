#include <bit>
#include <cstdint>
#include <stdexcept>

#include "support/ptx/grid.hpp"
#include "support/ptx/lane_operation.hpp"
#include "support/ptx/operations.hpp"

namespace m2m::testing::ptx {
namespace {

float low(std::uint32_t word) { return std::bit_cast<float>(word << 16); }
float high(std::uint32_t word) { return std::bit_cast<float>(word & 0xffff0000U); }

/// mma.m16n8k16: lane 4 g + t holds rows g and g + 8 of a, column g of b.
void multiply_add(Warp& warp, const Instruction& instruction) {
  warp.meet();
  const auto& registers = instruction.registers;  // 4 results, 4 of a, 2 of b, 4 sums
  float a[16][16], b[16][8];
  for (std::uint32_t lane = 0; lane < lanes_of_a_warp; ++lane) {
    const std::uint32_t g = lane / 4, t = lane % 4 * 2;
    for (std::uint32_t q = 0; q < 4; ++q) {
      const auto word = get<std::uint32_t>(warp[registers[4 + q]], lane);
      a[g + q % 2 * 8][t + q / 2 * 8] = low(word);
      a[g + q % 2 * 8][t + q / 2 * 8 + 1] = high(word);
    }
    for (std::uint32_t q = 0; q < 2; ++q) {
      const auto word = get<std::uint32_t>(warp[registers[8 + q]], lane);
      b[t + 8 * q][g] = low(word);
      b[t + 8 * q + 1][g] = high(word);
    }
  }
  for (std::uint32_t row = 0; row < 16; ++row) {
    float sums[8] = {};
    for (std::uint32_t k = 0; k < 16; ++k) {
      for (std::uint32_t column = 0; column < 8; ++column) sums[column] += a[row][k] * b[k][column];
    }
    for (std::uint32_t column = 0; column < 8; ++column) {
      const std::uint32_t q = row / 8 * 2 + column % 2, lane = row % 8 * 4 + column / 2;
      put<float>(warp[registers[q]], lane, get<float>(warp[registers[10 + q]], lane) + sums[column]);
    }
  }
}

/// shfl.sync with all lanes: the value of another lane. By bfly the lane number ^ b, by idx b.
template <bool is_xor>
void shuffle(Warp& warp, const Instruction& instruction) {
  warp.meet();
  const auto& registers = instruction.registers;  // result, whether there was a lane, value, b, c, lanes
  const Lanes from = warp[registers[2]];
  for (std::uint32_t lane = 0; lane < lanes_of_a_warp; ++lane) {
    const auto b = get<std::uint32_t>(warp[registers[3]], lane) & 31U;
    if (get<std::uint32_t>(warp[registers[4]], lane) != 31 ||
        get<std::uint32_t>(warp[registers[5]], lane) != all_lanes)
      throw std::runtime_error("a shuffle of a part of a warp, which the interpreter does not know");
    put<std::uint32_t>(warp[registers[0]], lane, get<std::uint32_t>(from, is_xor ? lane ^ b : b));
    put<std::uint32_t>(warp[registers[1]], lane, 1);
  }
}

/// bar.warp.sync of all lanes.
void synchronise(Warp& warp, const Instruction& instruction) {
  warp.each_lane([&](std::uint32_t lane) {
    if (get<std::uint32_t>(warp[instruction.registers[0]], lane) != all_lanes)
      throw std::runtime_error("a barrier of a part of a warp, which the interpreter does not know");
  });
  warp.synchronise();
}

/// The address, in the shared memory of the block of rank b in the cluster, of what lies at a in one's own.
void map_to_block(Warp& warp, const Instruction& instruction) {
  warp.each_lane([&](std::uint32_t lane) {
    const auto address = get<std::uint32_t>(warp[instruction.registers[1]], lane);
    const auto rank = get<std::uint32_t>(warp[instruction.registers[2]], lane);
    put<std::uint32_t>(warp[instruction.registers[0]], lane,
                       static_cast<std::uint32_t>(Block::of_rank(address, rank)));
  });
}

}  // namespace

void add_warp_operations(Operations& to) {
  to["mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32"] = {multiply_add, 14};
  to["bar.warp.sync"] = {synchronise, 1};
  to["shfl.sync.bfly.b32"] = {shuffle<true>, 6};
  to["shfl.sync.idx.b32"] = {shuffle<false>, 6};
  to["mapa.shared::cluster.u32"] = {map_to_block, 3};
  to["cvta.shared.u64"] = lane_operation<std::uint64_t, std::uint64_t>(
      [](std::uint64_t address) { return Block::any_address(address); });
}

}  // namespace m2m::testing::ptx

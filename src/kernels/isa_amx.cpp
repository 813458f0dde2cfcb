// Kernels for processors with tile registers (AMX).
#include "kernels/lanes_avx512.hpp"
#include "kernels/tiles_amx.hpp"
// The loops follow their lanes and tiles.
#include "kernels/kernel_set.hpp"
#include "kernels/tile_conv_loops.hpp"

namespace m2m::kernels {
namespace {

constexpr int peak_sums = 6;
constexpr int products_of_an_instruction = 16 * 16 * 32;
constexpr std::uint32_t small = 0x3a833a83, one = 0x3f803f80;  // pairs of bfloat16: 1e-3 and 1
constexpr int small_tile = 6, one_tile = 7, tile_values = 16 * 16;

template <int sum>
void store_first_row(const Tiles& tiles, float* values) {
  float stored[tile_values];
  tiles.store<sum>(stored);
  for (int i = 0; i < 16; ++i) values[sum * 16 + i] = stored[i];
}

void multiply_add_tiles(std::int64_t rounds, float* values) {
  std::uint32_t small_row[16], one_row[16];
  for (int i = 0; i < 16; ++i) {
    small_row[i] = small;
    one_row[i] = one;
  }
  Tiles tiles;
  tiles.load<small_tile>(small_row, 0);
  tiles.load<one_tile>(one_row, 0);
  [&]<int... sum>(std::integer_sequence<int, sum...>) {
    (tiles.load<sum>(values + sum * 16, 0), ...);
    for (; rounds > 0; --rounds) (tiles.add_products<sum, small_tile, one_tile>(), ...);
    (store_first_row<sum>(tiles, values), ...);
  }
  (std::make_integer_sequence<int, peak_sums>{});
}

constexpr PeakLoop peak_tiles = {peak_sums * products_of_an_instruction, multiply_add_tiles};

}  // namespace

constinit const KernelSet kernels_amx = {
    .bf16 = {.peak = &peak_tiles},
    .tile_conv = convolve_tiles,
};

}  // namespace m2m::kernels

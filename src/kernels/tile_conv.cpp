#include "kernels/tile_conv.hpp"

#include <algorithm>
#include <span>

namespace m2m::kernels {
namespace {

constexpr int slice_weights = slice_values * lanes;

int position_count(const ConvPass& pass) {
  return (pass.rows - 1) * (pass.input_row / pass.input_column) + pass.columns;
}

std::vector<TileRun> make_runs(const ConvPass& pass, int in_channels) {
  std::vector<Tap> taps(pass.taps.begin(), pass.taps.begin() + pass.tap_count);
  std::sort(taps.begin(), taps.end(), [](const Tap& a, const Tap& b) { return a.input < b.input; });
  std::vector<TileRun> runs;
  std::int32_t expected = -1;
  for (const Tap& tap : taps) {
    if (runs.empty() || tap.input != expected) runs.push_back({tap.input, {}, 0});
    runs.back().weights.push_back(tap.weight);
    expected = tap.input + in_channels;
  }
  for (TileRun& run : runs) {
    run.slices = (static_cast<int>(run.weights.size()) * in_channels + slice_values - 1) / slice_values;
  }
  return runs;
}

TilePass tile_pass(const ConvPass& pass, int in_channels) {
  const bool by_row = pass.columns % tile_rows == 0;
  const int tiles =
      by_row ? pass.rows * pass.columns / tile_rows : (position_count(pass) + tile_rows - 1) / tile_rows;
  return {pass, make_runs(pass, in_channels), pass.input_row / pass.input_column, tiles, by_row};
}

}  // namespace

bool suits_tiles(const Convolution& conv) {
  return std::all_of(conv.passes.begin(), conv.passes.end(),
                     [](const ConvPass& pass) { return position_count(pass) >= tile_rows; });
}

TileConvolution tile_convolution(const Convolution& conv) {
  TileConvolution result{conv.in_channels, conv.out_channels, {}, 0};
  for (const ConvPass& pass : conv.passes) {
    result.passes.push_back(tile_pass(pass, conv.in_channels));
    for (const TileRun& run : result.passes.back().runs) result.slices += run.slices;
  }
  return result;
}

void pack_tiles(const TileConvolution& conv, const Aligned<Bf16>& weights, Aligned<Bf16>& packed) {
  const int blocks = conv.out_channels / lanes;
  const std::int64_t of_tap = std::int64_t{conv.in_channels} * lanes;
  packed.assign(static_cast<std::size_t>(blocks) * conv.slices * slice_weights, Bf16{});
  Bf16* to = packed.data();
  for (int block = 0; block < blocks; ++block) {
    const Bf16* of_block = weights.data() + block * 9 * of_tap;
    for (const TilePass& pass : conv.passes) {
      for (const TileRun& run : pass.runs) {
        Bf16* of_run = to;
        for (const std::int32_t tap : run.weights) of_run = std::copy_n(of_block + tap, of_tap, of_run);
        to += run.slices * slice_weights;
      }
    }
  }
}

}  // namespace m2m::kernels

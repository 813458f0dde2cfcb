#pragma once
// How Winograd's tiles are gathered into strips: the tiles whose transforms lie in scratch memory at one time.
#include "kernels/winograd.hpp"

namespace m2m::kernels {
namespace {

constexpr int winograd_places = 16;      // of a transformed tile
constexpr int tiles_worth_a_strip = 16;  // few enough for the first cache, enough to use each weight often

inline int tiles_of_a_row(const Winograd& conv) { return conv.width / 2; }

/// Rows of tiles of a strip; the last strip may have fewer.
inline int rows_of_a_strip(const Winograd& conv) {
  const int rows = tiles_worth_a_strip / tiles_of_a_row(conv);
  return rows > 1 ? rows : 1;
}

/// Values of one place of all of a strip's tiles, so padded that the places do not meet in the same cache sets.
inline std::int64_t plane(const Winograd& conv, int channels) {
  return std::int64_t{rows_of_a_strip(conv)} * tiles_of_a_row(conv) * channels + lanes;
}

/// Pixels of a row in memory.
inline int row_pixels(const Winograd& conv) { return conv.bordered ? conv.width + 2 : conv.width; }

}  // namespace
}  // namespace m2m::kernels

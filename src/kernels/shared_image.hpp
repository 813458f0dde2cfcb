#pragma once
// One image in the shared memory of a thread block: how its pixels lie there.
#include "kernels/mma_tiles.hpp"

namespace m2m::kernels {

/// An image of `side` x `side` pixels of Bf16, channels last, with a border of zeros: [side + 2][side +
/// 2][channels].
///
/// The 8-channel chunk c of the pixel in column x lies in place c ^ swizzle(x). Any 8 neighbours of a row, same
/// chunk, then lie in 8 different groups of 4 banks, so load_matrices has no conflicts and no padding is needed.
/// The swizzle depends on the column only, so a row further down is a constant number of bytes away.
template <int channels, int side>
struct SharedImage {
  static_assert(channels == 16 || channels == 32 || channels == 64, "the swizzle is of these");
  static constexpr int chunks = channels / 8;
  static constexpr int width = side + 2;
  static constexpr int pixel_bytes = channels * 2;
  static constexpr int row_bytes = width * pixel_bytes;
  static constexpr int bytes = width * row_bytes;
  static_assert(bytes % 128 == 0, "the next image begins with bank 0");

  template <typename Word>
  M2M_DEVICE static Word swizzle(Word x) {
    constexpr int pixels_per_line = 128 / pixel_bytes;  // of all 32 banks
    return (x / static_cast<std::uint32_t>(pixels_per_line)) & static_cast<std::uint32_t>(chunks - 1);
  }
  /// The first byte of a chunk of a pixel; line and column count the border.
  template <typename Word>
  M2M_DEVICE static Word chunk(Word line, Word column, Word c) {
    return (line * static_cast<std::uint32_t>(width) + column) * static_cast<std::uint32_t>(pixel_bytes) +
           ((c ^ swizzle(column)) << 4);
  }
};

/// Sets the border of an image to 0. No barrier.
template <typename Image, typename Block>
M2M_DEVICE void clear_border(Block& block, std::uint32_t image) {
  using Word = typename Block::Word;
  constexpr std::uint32_t edge = Image::width - 1, chunks = Image::chunks;
  for_each_item(block, 4 * static_cast<int>(edge) * Image::chunks, [&](auto& warp, Word item, auto is_item) {
    const Word side = item / (edge * chunks), along = item / chunks % edge, c = item % chunks;
    const Word line = warp.select(side == 0U, Word(0U),
                                  warp.select(side == 1U, Word(edge), warp.select(side == 2U, along + 1U, along)));
    const Word column = warp.select(
        side == 0U, along, warp.select(side == 1U, along + 1U, warp.select(side == 2U, Word(0U), Word(edge))));
    const Word address = (line * static_cast<std::uint32_t>(Image::width) + column) *
                             static_cast<std::uint32_t>(Image::pixel_bytes) +
                         c * 16U + image;
    warp.store_shared16(address, Quad<Word>{{0U, 0U, 0U, 0U}}, is_item);
  });
}

}  // namespace m2m::kernels

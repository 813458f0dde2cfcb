#pragma once
// A 3x3 convolution of one image in shared memory, by a thread block on tensor core tiles: sums float32, values
// Bf16.
//
// As a matrix product: rows are pixels, columns output channels, and the sum runs over 9 taps times input channels.
// A warp computes `rows` tiles of 16 pixels below one another and 16 output channels. For one column offset and 16
// input channels it walks down the input lines and loads each once, for the three taps above one another that need
// it. Weights come from the L2 cache in the order in which lanes need them (fused_weights.hpp), one step ahead.
#include "kernels/shared_image.hpp"

namespace m2m::kernels {

/// What a warp computes at once: `rows` tiles, below one another, of an image of side x side pixels. A tile has 16
/// neighbours of a line; of an 8x8 image, 8 pixels of a line and the 8 pixels 4 lines below.
template <int side, int rows>
struct TileColumn {
  static constexpr bool is_small = side < 16;
  static constexpr int per_line = is_small ? 1 : side / 16;
  static constexpr int lines = is_small ? side / 2 : side;  // that a tile can begin in
  static_assert(lines % rows == 0, "tile columns cover the image");
  static constexpr int count = per_line * (lines / rows);

  /// The first tile's pixel for row `row` (0 to 15) of the matrix, in tile column `index`.
  template <typename Word>
  M2M_DEVICE static Word x(int index, Word row) {
    return is_small ? row & 7U : row + static_cast<std::uint32_t>(index % per_line * 16);
  }
  template <typename Word>
  M2M_DEVICE static Word y(int index, Word row) {
    const auto first = static_cast<std::uint32_t>(index / per_line * rows);
    return is_small ? (row >> 3) * static_cast<std::uint32_t>(side / 2) + first : Word(first);
  }
};

/// The shape of a convolution, and how a block of `warps` warps shares it: units of `rows` tiles and 16 channels.
template <int in_channels_, int out_channels_, int out_side_, int stride_, int rows_>
struct ConvShape {
  static constexpr int in_channels = in_channels_, out_channels = out_channels_, out_side = out_side_,
                       stride = stride_, rows = rows_;
  using In = SharedImage<in_channels, out_side * stride>;
  using Out = SharedImage<out_channels, out_side>;
  using Tiles = TileColumn<out_side, rows>;
  static constexpr int groups = out_channels / 16;  // of output channels
  static constexpr int units = groups * Tiles::count;
  static constexpr int slices = in_channels / 16;                     // of input channels
  static constexpr int group_weights = 9 * slices * warp_lanes;       // Words4 of a group's weights
  static constexpr int weights = groups * group_weights;              // Words4 of a layer's
  static constexpr int unit_words = (rows + 3) / 4;                   // of signs, per lane
  static constexpr int sign_words = units * unit_words * warp_lanes;  // of a layer's signs
};

/// What a layer computes. evaluate: ReLU(conv + bias). forward: the same, and its signs are written. backward, with
/// the weights of the transposed convolution: conv, 0 where the signs of the layer below have no bit. plain: conv.
enum class Pass { evaluate, forward, backward, plain };

/// Whether bias is added and ReLU taken.
template <Pass pass>
inline constexpr bool has_relu = pass == Pass::evaluate || pass == Pass::forward;

/// Which outputs of a layer were positive: bit 4 t + q of a lane's word is word q of tile t of four, its lower
/// half, and bit 16 + 4 t + q the upper half. [unit][unit_words][lane]; a lane reads only what it wrote.
template <typename Block>
using Signs = typename Block::template Global<std::uint32_t>;

/// Where a layer finds its weights (in Words4), bias and signs: 32-bit numbers, because registers are scarce.
struct LayerPlace {
  std::uint32_t weights, bias, signs;
};

/// The memory of one convolution. in, out: addresses in shared memory of ConvShape::In and ::Out.
template <typename Block>
struct ConvMemory {
  std::uint32_t in, out;
  typename Block::template Global<const Words4> weights;
  typename Block::template Global<const float> bias;  // [out_channels]; evaluate and forward only
  Signs<Block> signs;
  LayerPlace at;
  bool adds_out;  // adds what `out` holds: the shortcut of a residual block
};

/// Fragments of the weights of three taps above one another, for 16 input and 16 output channels.
template <typename Word>
struct TapColumn {
  Quad<Word> taps[3];
};

template <typename Block>
M2M_DEVICE void load_taps(const typename Block::Warp& warp, typename Block::template Global<const Words4> weights,
                          typename Block::Word at, TapColumn<typename Block::Word>& column) {
  M2M_UNROLL
  for (int dy = 0; dy < 3; ++dy)
    column.taps[dy] = warp.load16(weights, at + static_cast<std::uint32_t>(dy * warp_lanes));
}

/// Adds the products of one unit. line: address of the input line above the lane's first pixel; x: input column
/// left of it; at: the lane's first weights, which `taps` holds already.
template <typename Shape, typename Block>
M2M_DEVICE void add_products(const typename Block::Warp& warp, typename Block::Word line, typename Block::Word x,
                             typename Block::template Global<const Words4> weights, typename Block::Word at,
                             TapColumn<typename Block::Word> taps,
                             typename Block::Real (&sums)[Shape::rows][2][4]) {
  using Word = typename Block::Word;
  using In = typename Shape::In;
  constexpr int last_line = Shape::stride * (Shape::rows - 1) + 2;
  M2M_NO_UNROLL
  for (int dx = 0; dx < 3; ++dx) {
    const Word column = x + static_cast<std::uint32_t>(dx);
    const Word pixel = line + column * static_cast<std::uint32_t>(In::pixel_bytes) +
                       ((tile_half(warp) ^ In::swizzle(column)) << 4);
    M2M_UNROLL
    for (int slice = 0; slice < Shape::slices; ++slice) {
      TapColumn<Word> next = taps;
      at = at + static_cast<std::uint32_t>(3 * warp_lanes);
      if (slice + 1 < Shape::slices || dx < 2) load_taps<Block>(warp, weights, at, next);
      M2M_UNROLL
      for (int down = 0; down <= last_line; ++down) {
        const Quad<Word> a = warp.load_matrices((pixel ^ static_cast<std::uint32_t>(slice << 5)) +
                                                static_cast<std::uint32_t>(down * In::row_bytes));
        M2M_UNROLL
        for (int dy = 0; dy < 3; ++dy) {
          const int line_of_tile = down - dy;
          if (line_of_tile < 0 || line_of_tile % Shape::stride != 0) continue;
          const int tile = line_of_tile / Shape::stride;
          if (tile >= Shape::rows) continue;
          const Quad<Word>& b = taps.taps[dy];
          warp.multiply_add(sums[tile][0], a, b.of[0], b.of[1]);
          warp.multiply_add(sums[tile][1], a, b.of[2], b.of[3]);
        }
      }
      taps = next;
    }
  }
}

/// sums += the two Bf16 of each word of a stored tile.
template <typename Block>
M2M_DEVICE void add_stored(const typename Block::Warp& warp, typename Block::Word address,
                           typename Block::Real (&sums)[2][4]) {
  const auto stored = warp.load_matrices(address);
  M2M_UNROLL
  for (int q = 0; q < 4; ++q) {
    sums[q / 2][q % 2 * 2] = sums[q / 2][q % 2 * 2] + warp.low_half(stored.of[q]);
    sums[q / 2][q % 2 * 2 + 1] = sums[q / 2][q % 2 * 2 + 1] + warp.high_half(stored.of[q]);
  }
}

/// Rounds a tile's sums to Bf16 and stores them; `signs` are read or set as the pass says.
template <Pass pass, typename Block>
M2M_DEVICE void store_tile(const typename Block::Warp& warp, typename Block::Word address,
                           const typename Block::Real (&sums)[2][4], int tile, typename Block::Word& signs) {
  Quad<typename Block::Word> rounded;
  M2M_UNROLL
  for (int q = 0; q < 4; ++q) {
    const auto low = sums[q / 2][q % 2 * 2], high = sums[q / 2][q % 2 * 2 + 1];
    const int bit = tile % 4 * 4 + q;
    rounded.of[q] = has_relu<pass> ? warp.pack_relu(low, high) : warp.pack(low, high);
    if (pass == Pass::backward) rounded.of[q] = rounded.of[q] & warp.spread_bits(signs, bit);
    if (pass == Pass::forward) signs = signs | (warp.nonzero_halves(rounded.of[q]) & (0x00010001U << bit));
  }
  warp.store_matrices(address, rounded);
}

/// The end of a unit: adds the shortcut if there is one, rounds and stores every tile, writes or applies its signs.
template <Pass pass, typename Shape, typename Block>
M2M_DEVICE void finish_unit(const typename Block::Warp& warp, const ConvMemory<Block>& memory, int unit,
                            typename Block::Word address, typename Block::Real (&sums)[Shape::rows][2][4]) {
  using Word = typename Block::Word;
  M2M_UNROLL
  for (int first = 0; first < Shape::rows; first += 4) {
    const Word at = warp.lane() + static_cast<std::uint32_t>((unit * Shape::unit_words + first / 4) * warp_lanes) +
                    memory.at.signs;
    Word signs = pass == Pass::backward ? warp.load_word(memory.signs, at) : Word(0U);
    M2M_UNROLL
    for (int tile = first; tile < first + 4 && tile < Shape::rows; ++tile) {
      const Word of_tile = address + static_cast<std::uint32_t>(tile * Shape::Out::row_bytes);
      if (memory.adds_out) add_stored<Block>(warp, of_tile, sums[tile]);
      store_tile<pass, Block>(warp, of_tile, sums[tile], tile, signs);
    }
    if (pass == Pass::forward) warp.store_word(memory.signs, at, signs);
  }
}

/// The sums of a unit before its products: the bias of its channels, or 0 in a pass without one.
template <Pass pass, typename Shape, typename Block>
M2M_DEVICE void begin_sums(const typename Block::Warp& warp, const ConvMemory<Block>& memory, int group,
                           typename Block::Real (&sums)[Shape::rows][2][4]) {
  using Real = typename Block::Real;
  M2M_UNROLL
  for (int half = 0; half < 2; ++half) {
    const auto channel = warp.lane() % 4U * 2U + static_cast<std::uint32_t>(group * 16 + half * 8) + memory.at.bias;
    const Real even = has_relu<pass> ? warp.load(memory.bias, channel, true) : Real(0.0F);
    const Real odd = has_relu<pass> ? warp.load(memory.bias, channel + 1U, true) : Real(0.0F);
    M2M_UNROLL
    for (int tile = 0; tile < Shape::rows; ++tile) {
      sums[tile][half][0] = sums[tile][half][2] = even;
      sums[tile][half][1] = sums[tile][half][3] = odd;
    }
  }
}

/// One layer of the image, and what `out` holds is added before its ReLU or signs if `adds_out`.
///
/// Begins with a barrier, behind which `in` must be complete; has none at the end. Writes `out` without its border.
template <Pass pass, typename Shape, typename Block>
M2M_DEVICE void convolve(Block& block, const ConvMemory<Block>& memory) {
  using Warp = typename Block::Warp;
  using Word = typename Block::Word;
  static_assert(Shape::units % Block::warps == 0 && Block::warps % Shape::groups == 0,
                "each warp has as many units as the others, all of one group of channels");
  typename Block::template PerWarp<TapColumn<Word>> taps;  // weights do not wait for the layer before
  const auto first_weight = [&](const Warp& warp) {
    return warp.lane() + memory.at.weights +
           static_cast<std::uint32_t>(warp.index() % Shape::groups * Shape::group_weights);
  };
  block.each_warp([&](Warp& warp) { load_taps<Block>(warp, memory.weights, first_weight(warp), taps[warp]); });
  block.sync();
  block.each_warp([&](Warp& warp) {
    const int group = warp.index() % Shape::groups;
    M2M_NO_UNROLL
    for (int unit = warp.index(); unit < Shape::units; unit += Block::warps) {
      const Word x = Shape::Tiles::x(unit / Shape::groups, tile_row(warp));
      const Word y = Shape::Tiles::y(unit / Shape::groups, tile_row(warp));
      typename Block::Real sums[Shape::rows][2][4];
      begin_sums<pass, Shape, Block>(warp, memory, group, sums);
      if (unit != warp.index()) load_taps<Block>(warp, memory.weights, first_weight(warp), taps[warp]);
      const Word line = y * static_cast<std::uint32_t>(Shape::stride * Shape::In::row_bytes) + memory.in;
      add_products<Shape, Block>(warp, line, x * static_cast<std::uint32_t>(Shape::stride), memory.weights,
                                 first_weight(warp), taps[warp], sums);
      const Word chunk = Shape::Out::chunk(y + 1U, x + 1U, tile_half(warp) + static_cast<std::uint32_t>(2 * group));
      finish_unit<pass, Shape, Block>(warp, memory, unit, chunk + memory.out, sums);
    }
  });
}

}  // namespace m2m::kernels

#pragma once
// The gradient of a 3x3 convolution's weights, by a thread block on tensor core tiles: sums float32, values Bf16.
//
// As a matrix product for each tap: rows are output channels, columns input channels, and the sum runs over the
// pixels of all images. Pixels lie channels last, so both factors are loaded transposed. A warp has 16 output
// channels, 16 input channels and all taps, 72 sums a lane. It walks down the input lines of its pixels and loads
// each three times, once per column offset, for the three taps above one another that need it.
#include "kernels/fused_conv.hpp"
#include "kernels/training_layer.hpp"

namespace m2m::kernels {

/// A convolution, and how blocks and their warps share its gradient. in_channels: a multiple of 16.
template <int in_channels_, int out_channels_, int out_side_, int stride_>
struct WeightGradientShape {
  static constexpr int in_channels = in_channels_, out_channels = out_channels_, out_side = out_side_,
                       stride = stride_;
  static constexpr int warps = 8;
  static constexpr int in_groups = in_channels / 16;
  static constexpr int layer_pairs = in_groups * (out_channels / 16);  // of 16 input and 16 output channels
  static constexpr int shares = (layer_pairs + warps - 1) / warps;     // blocks that an image goes through
  static constexpr int pairs = layer_pairs / shares;                   // of a block
  static constexpr int slices = warps / pairs;                         // of the pixels: warps of a pair
  static constexpr int rows = out_side * out_side / 16 / slices;       // tiles of 16 pixels, of a warp and image
  static_assert(layer_pairs % shares == 0 && warps % pairs == 0, "each warp has a pair");
  using In = SharedImage<in_channels, out_side * stride>;
  using Out = SharedImage<out_channels / shares, out_side>;
  using Tiles = TileColumn<out_side, rows>;
  static_assert(Tiles::count == slices, "each warp has a column of tiles");

  static constexpr int lane_sums = 9 * 2 * 4;  // of taps, halves of the columns, and a fragment
  static constexpr int pair_weights = lane_sums * warp_lanes;
  static constexpr int half_sum_bytes = warps / 2 * pair_weights * 4;  // of the sums of half the warps
  static constexpr int image_bytes = In::bytes + Out::bytes;
  static constexpr int shared_bytes = image_bytes > half_sum_bytes ? image_bytes : half_sum_bytes;
};

/// Calls f(shape) with the shape of a convolution in a ResNet of 16, 32 and 64 channels on 32x32 images. The first
/// convolution has its 3 channels padded to 16.
template <typename Function>
M2M_DEVICE void with_weight_gradient_shape(int out_channels, int stride, Function f) {
  if (out_channels == 16) {
    f(WeightGradientShape<16, 16, 32, 1>{});
  } else if (out_channels == 32) {
    stride == 2 ? f(WeightGradientShape<16, 32, 16, 2>{}) : f(WeightGradientShape<32, 32, 16, 1>{});
  } else {
    stride == 2 ? f(WeightGradientShape<32, 64, 8, 2>{}) : f(WeightGradientShape<64, 64, 8, 1>{});
  }
}

/// The sums of a warp: [tap][half of the input channels], as fragments of output rows and input columns.
template <typename Block>
struct WeightSums {
  typename Block::Real of[9][2][4];
};

/// The memory of one block. x, dy: Bf16, the inputs of a batch and the gradients of its outputs (batch norm's
/// input).
template <typename Block>
struct WeightGradientMemory {
  std::uint32_t shared;                              // address of WeightGradientShape::shared_bytes
  typename Block::template Global<const Words4> x;   // [n][in pixels][in_channels]
  typename Block::template Global<const Words4> dy;  // [n][out pixels][out_channels]
  typename Block::template Global<float> partial;    // [splits][layer_pairs][lane_sums][lane]
};

/// Copies channels share * 8 * Image::chunks and on, of an image with `channels` of them, into shared memory. No
/// barrier. Loads are issued four at a time, because each waits for memory.
template <typename Image, int channels, typename Block>
M2M_DEVICE void copy_image(Block& block, typename Block::template Global<const Words4> from, int image, int share,
                           std::uint32_t to) {
  using Word = typename Block::Word;
  constexpr int side = Image::width - 2;
  using Chunks = ImageChunks<Block, Image::chunks * 8, side>;
  constexpr int at_once = Chunks::rounds < 4 ? Chunks::rounds : 4;
  const auto first_chunk = static_cast<std::uint32_t>(image * side * side * (channels / 8) + share * Image::chunks);
  block.each_warp([&](auto& warp) {
    M2M_NO_UNROLL
    for (int first = 0; first < Chunks::rounds; first += at_once) {
      Quad<Word> loaded[at_once];
      M2M_UNROLL
      for (int i = 0; i < at_once; ++i) {
        const Word pixel = Chunks::item(warp, first + i) / static_cast<std::uint32_t>(Image::chunks);
        loaded[i] =
            warp.load16(from, pixel * static_cast<std::uint32_t>(channels / 8) + Chunks::chunk(warp) + first_chunk);
      }
      M2M_UNROLL
      for (int i = 0; i < at_once; ++i) warp.store_shared16(Chunks::place(warp, first + i) + to, loaded[i], true);
    }
  });
}

/// Adds the products of a warp's pixels. x: address of the input line above the lane's first pixel, by column
/// offset; dy: of the lane's first pixel.
template <typename Shape, typename Block>
M2M_DEVICE void add_weight_products(const typename Block::Warp& warp, const typename Block::Word (&x)[3],
                                    typename Block::Word dy, WeightSums<Block>& sums) {
  using Tile = Quad<typename Block::Word>;
  constexpr int last_line = Shape::stride * (Shape::rows - 1) + 2;
  Tile rows[Shape::rows];
  M2M_UNROLL
  for (int down = 0; down <= last_line; ++down) {
    if (down % Shape::stride == 0 && down / Shape::stride < Shape::rows) {
      const int row = down / Shape::stride;
      rows[row] = warp.load_matrices_transposed(dy + static_cast<std::uint32_t>(row * Shape::Out::row_bytes));
    }
    Tile columns[3];
    M2M_UNROLL
    for (int dx = 0; dx < 3; ++dx)
      columns[dx] = warp.load_matrices_transposed(x[dx] + static_cast<std::uint32_t>(down * Shape::In::row_bytes));
    M2M_UNROLL
    for (int tap = 0; tap < 9; ++tap) {
      const int line = down - tap / 3;
      if (line < 0 || line % Shape::stride != 0 || line / Shape::stride >= Shape::rows) continue;
      const Tile &a = rows[line / Shape::stride], &b = columns[tap % 3];
      warp.multiply_add(sums.of[tap][0], a, b.of[0], b.of[1]);
      warp.multiply_add(sums.of[tap][1], a, b.of[2], b.of[3]);
    }
  }
}

/// Adds the products of the images in shared memory. No barrier.
template <typename Shape, typename Block>
M2M_DEVICE void add_image(Block& block, std::uint32_t shared,
                          typename Block::template PerWarp<WeightSums<Block>>& sums) {
  using Word = typename Block::Word;
  block.each_warp([&](auto& warp) {
    const int slice = warp.index() / Shape::pairs, pair = warp.index() % Shape::pairs;
    const auto out_chunk = static_cast<std::uint32_t>(pair / Shape::in_groups * 2);
    const auto in_chunk = static_cast<std::uint32_t>(pair % Shape::in_groups * 2);
    // Fragment A has the second 8 rows before the second 8 columns, fragments B the other way round.
    const Word a_pixel = (warp.lane() & 7U) + (warp.lane() >> 4) * 8U, a_half = (warp.lane() >> 3) & 1U;
    const Word dy = Shape::Out::chunk(Shape::Tiles::y(slice, a_pixel) + 1U, Shape::Tiles::x(slice, a_pixel) + 1U,
                                      a_half + out_chunk) +
                    (shared + static_cast<std::uint32_t>(Shape::In::bytes));
    const auto stride = static_cast<std::uint32_t>(Shape::stride);
    const Word line = Shape::Tiles::y(slice, tile_row(warp)) * stride;
    const Word column = Shape::Tiles::x(slice, tile_row(warp)) * stride;
    Word x[3];
    M2M_UNROLL
    for (int dx = 0; dx < 3; ++dx)
      x[dx] = Shape::In::chunk(line, column + static_cast<std::uint32_t>(dx), tile_half(warp) + in_chunk) + shared;
    add_weight_products<Shape, Block>(warp, x, dy, sums[warp]);
  });
}

/// Adds the sums of the slices of a pair, by halves and so in a fixed order: slice 0 has all. Overwrites the images
/// in shared memory, after a barrier.
template <typename Shape, typename Block>
M2M_DEVICE void add_slices(Block& block, std::uint32_t shared,
                           typename Block::template PerWarp<WeightSums<Block>>& sums) {
  using Word = typename Block::Word;
  const auto place = [&](const auto& warp, int first_slice) {
    const int from_first = warp.index() - first_slice * Shape::pairs;
    return warp.lane() * 16U + (shared + static_cast<std::uint32_t>(from_first * Shape::pair_weights * 4));
  };
  M2M_UNROLL
  for (int half = Shape::slices / 2; half > 0; half /= 2) {
    block.sync();
    block.each_warp([&](auto& warp) {
      const int slice = warp.index() / Shape::pairs;
      if (slice < half || slice >= 2 * half) return;
      const Word to = place(warp, half);
      M2M_UNROLL
      for (int i = 0; i < Shape::lane_sums / 4; ++i) {
        const auto& four = sums[warp].of[i / 2][i % 2];
        const Quad<Word> words{
            {warp.as_word(four[0]), warp.as_word(four[1]), warp.as_word(four[2]), warp.as_word(four[3])}};
        warp.store_shared16(to + static_cast<std::uint32_t>(i * warp_lanes * 16), words, true);
      }
    });
    block.sync();
    block.each_warp([&](auto& warp) {
      if (warp.index() / Shape::pairs >= half) return;
      const Word from = place(warp, 0);
      M2M_UNROLL
      for (int i = 0; i < Shape::lane_sums / 4; ++i) {
        const auto words = warp.load_shared16(from + static_cast<std::uint32_t>(i * warp_lanes * 16), true);
        M2M_UNROLL
        for (int q = 0; q < 4; ++q)
          sums[warp].of[i / 2][i % 2][q] = sums[warp].of[i / 2][i % 2][q] + warp.as_real(words.of[q]);
      }
    });
  }
}

/// The gradient over images split, split + splits, .. of `count`, for channels of share `share`: into part `split`
/// of memory.partial. The order of its sums is fixed.
template <typename Shape, typename Block>
M2M_DEVICE void compute_weight_gradient(Block& block, const WeightGradientMemory<Block>& memory, int count,
                                        int split, int splits, int share) {
  static_assert(Block::warps == Shape::warps, "the shape is shared out among 8 warps");
  typename Block::template PerWarp<WeightSums<Block>> sums;
  block.each_warp([&](auto& warp) {
    M2M_UNROLL
    for (int i = 0; i < Shape::lane_sums; ++i) sums[warp].of[i / 8][i / 4 % 2][i % 4] = 0.0F;
  });
  clear_border<typename Shape::In>(block, memory.shared);
  M2M_NO_UNROLL
  for (int image = split; image < count; image += splits) {
    block.sync();  // the last image has been read
    copy_image<typename Shape::In, Shape::in_channels>(block, memory.x, image, 0, memory.shared);
    copy_image<typename Shape::Out, Shape::out_channels>(
        block, memory.dy, image, share, memory.shared + static_cast<std::uint32_t>(Shape::In::bytes));
    block.sync();
    add_image<Shape>(block, memory.shared, sums);
  }
  add_slices<Shape>(block, memory.shared, sums);
  block.each_warp([&](auto& warp) {
    if (warp.index() >= Shape::pairs) return;
    const int pair = (split * Shape::shares + share) * Shape::pairs + warp.index();
    const auto at = warp.lane() + static_cast<std::uint32_t>(pair * Shape::pair_weights);
    M2M_UNROLL
    for (int i = 0; i < Shape::lane_sums; ++i)
      warp.store(memory.partial, at + static_cast<std::uint32_t>(i * warp_lanes),
                 sums[warp].of[i / 8][i / 4 % 2][i % 4], true);
  });
}

}  // namespace m2m::kernels

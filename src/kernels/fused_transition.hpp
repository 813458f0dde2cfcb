#pragma once
// Between the stages of a ResNet in shared memory: the shortcut that halves the image, and the way back through a
// convolution of stride 2.
#include "kernels/fused_conv.hpp"

namespace m2m::kernels {

/// Copies chunks of 8 channels of one image onto another that overlaps it: load(warp, item) gives the 16 bytes of
/// an item, store(warp, item, bytes, is_item) writes them. Begins with a barrier; `between` runs behind a second
/// one, when everything is loaded.
template <int items, typename Block, typename Load, typename Between, typename Store>
M2M_DEVICE void move_chunks(Block& block, Load load, Between between, Store store) {
  using Warp = typename Block::Warp;
  using Word = typename Block::Word;
  constexpr int threads = Block::warps * warp_lanes, rounds = (items + threads - 1) / threads;
  struct Held {
    Quad<Word> of[rounds];
  };
  const auto item_of = [](const Warp& warp, int round) {
    return warp.lane() + static_cast<std::uint32_t>(round * threads + warp.index() * warp_lanes);
  };
  typename Block::template PerWarp<Held> held;
  block.sync();
  block.each_warp([&](Warp& warp) {
    M2M_UNROLL
    for (int round = 0; round < rounds; ++round) {
      const Word item = item_of(warp, round);
      held[warp].of[round] = load(warp, item, item < static_cast<std::uint32_t>(items));
    }
  });
  block.sync();
  between();
  block.each_warp([&](Warp& warp) {
    M2M_UNROLL
    for (int round = 0; round < rounds; ++round) {
      const Word item = item_of(warp, round);
      store(warp, item, held[warp].of[round], item < static_cast<std::uint32_t>(items));
    }
  });
}

/// The even pixel of the large image, and the pixel of the small one, for chunk `item` of [side / 2][side /
/// 2][chunks].
template <typename Large, typename Small, typename Word>
struct PixelPair {
  static constexpr std::uint32_t chunks = Large::chunks, small_side = Small::width - 2;
  Word c, x, y;

  M2M_DEVICE explicit PixelPair(Word item)
      : c(item % chunks), x(item / chunks % small_side), y(item / chunks / small_side) {}
  M2M_DEVICE Word large() const { return Large::chunk(y * 2U + 1U, x * 2U + 1U, c); }
  M2M_DEVICE Word small(Word chunk) const { return Small::chunk(y + 1U, x + 1U, chunk); }
};

/// Replaces the image at `address` by every second pixel of it, with as many channels of zeros behind its own:
/// shortcut A. Begins with a barrier; has none at the end.
template <int channels, int side, typename Block>
M2M_DEVICE void subsample_in_place(Block& block, std::uint32_t address) {
  using Word = typename Block::Word;
  using Warp = typename Block::Warp;
  using Flag = typename Block::Flag;
  using Large = SharedImage<channels, side>;
  using Small = SharedImage<2 * channels, side / 2>;
  using Pair = PixelPair<Large, Small, Word>;
  move_chunks<Large::chunks * side * side / 4>(
      block,
      [&](Warp& warp, Word item, Flag is_item) {
        return warp.load_shared16(Pair(item).large() + address, is_item);
      },
      [&] { clear_border<Small>(block, address); },
      [&](Warp& warp, Word item, const Quad<Word>& bytes, Flag is_item) {
        const Pair pair(item);
        warp.store_shared16(pair.small(pair.c) + address, bytes, is_item);
        warp.store_shared16(pair.small(pair.c + Pair::chunks) + address, Quad<Word>{{0U, 0U, 0U, 0U}}, is_item);
      });
}

/// The way back: moves the first half of the channels of the small gradient at `address` to the even pixels of a
/// large one. Its other pixels stay as they are, its border is cleared. Begins with a barrier; has none at the end.
template <int channels, int side, typename Block>
M2M_DEVICE void spread_in_place(Block& block, std::uint32_t address) {
  using Word = typename Block::Word;
  using Warp = typename Block::Warp;
  using Flag = typename Block::Flag;
  using Large = SharedImage<channels, side>;
  using Small = SharedImage<2 * channels, side / 2>;
  using Pair = PixelPair<Large, Small, Word>;
  move_chunks<Large::chunks * side * side / 4>(
      block,
      [&](Warp& warp, Word item, Flag is_item) {
        const Pair pair(item);
        return warp.load_shared16(pair.small(pair.c) + address, is_item);
      },
      [&] { clear_border<Large>(block, address); },
      [&](Warp& warp, Word item, const Quad<Word>& bytes, Flag is_item) {
        warp.store_shared16(Pair(item).large() + address, bytes, is_item);
      });
}

/// The transposed convolution of a layer with stride 2, small gradient -> large one: channels of the large image,
/// sides of the small one, and `rows` tiles a unit.
template <int large_channels, int small_side, int rows_>
struct TransposedShape {
  static constexpr int rows = rows_;
  using In = SharedImage<2 * large_channels, small_side>;
  using Out = SharedImage<large_channels, 2 * small_side>;
  using Tiles = TileColumn<small_side, rows>;
  static constexpr int groups = large_channels / 16, slices = 2 * large_channels / 16;
  static constexpr int units = groups * Tiles::count;
  static constexpr int weights = groups * slices * 9 * warp_lanes;  // Words4
};

/// Sums of the four large pixels of each small one: [odd line][odd column][tile][half][4].
template <typename Real, int rows>
struct ParitySums {
  Real of[2][2][rows][2][4];
};

/// Adds the products of one slice of input channels. An even line of the large image sees tap dy = 1 of the small
/// line above it; an odd one dy = 2 of that line and dy = 0 of the next. Columns alike.
template <typename Shape, typename Block>
M2M_DEVICE void add_parity_products(const typename Block::Warp& warp, typename Block::Word in,
                                    typename Block::Word y, typename Block::Word x, int slice,
                                    const Quad<typename Block::Word> (&taps)[9],
                                    ParitySums<typename Block::Real, Shape::rows>& sums) {
  M2M_UNROLL
  for (int right = 0; right < 2; ++right) {
    const auto pixel = in + Shape::In::chunk(y + 1U, x + static_cast<std::uint32_t>(1 + right),
                                             tile_half(warp) + static_cast<std::uint32_t>(2 * slice));
    M2M_UNROLL
    for (int down = 0; down <= Shape::rows; ++down) {
      const auto a = warp.load_matrices(pixel + static_cast<std::uint32_t>(down * Shape::In::row_bytes));
      M2M_UNROLL
      for (int case_of = 0; case_of < 8; ++case_of) {
        const int below = case_of & 1, odd_line = case_of >> 1 & 1, odd_column = case_of >> 2;
        const int tile = down - below;
        if (tile < 0 || tile >= Shape::rows || (below && !odd_line) || (right && !odd_column)) continue;
        const int dy = odd_line ? (below ? 0 : 2) : 1, dx = odd_column ? (right ? 0 : 2) : 1;
        const auto& b = taps[dy * 3 + dx];
        warp.multiply_add(sums.of[odd_line][odd_column][tile][0], a, b.of[0], b.of[1]);
        warp.multiply_add(sums.of[odd_line][odd_column][tile][1], a, b.of[2], b.of[3]);
      }
    }
  }
}

/// Adds what `out` holds to the sums of even pixels, rounds and stores all.
template <typename Shape, typename Block>
M2M_DEVICE void store_parities(const typename Block::Warp& warp, typename Block::Word out, int group,
                               typename Block::Word y, typename Block::Word x,
                               ParitySums<typename Block::Real, Shape::rows>& sums) {
  M2M_UNROLL
  for (int parity = 0; parity < 4; ++parity) {
    const auto line = y * 2U + static_cast<std::uint32_t>(parity / 2 + 1);
    const auto column = x * 2U + static_cast<std::uint32_t>(parity % 2 + 1);
    const auto chunk =
        out + Shape::Out::chunk(line, column, tile_half(warp) + static_cast<std::uint32_t>(2 * group));
    M2M_UNROLL
    for (int tile = 0; tile < Shape::rows; ++tile) {
      auto& of_tile = sums.of[parity / 2][parity % 2][tile];
      const auto address = chunk + static_cast<std::uint32_t>(2 * tile * Shape::Out::row_bytes);
      if (parity == 0) add_stored<Block>(warp, address, of_tile);
      Quad<typename Block::Word> rounded;
      M2M_UNROLL
      for (int q = 0; q < 4; ++q)
        rounded.of[q] = warp.pack(of_tile[q / 2][q % 2 * 2], of_tile[q / 2][q % 2 * 2 + 1]);
      warp.store_matrices(address, rounded);
    }
  }
}

/// The gradient of a layer's input, stride 2: large image `out` += at its even pixels, = elsewhere. Signs are not
/// applied. Begins with a barrier; has none at the end.
template <typename Shape, typename Block>
M2M_DEVICE void convolve_transposed(Block& block, std::uint32_t in, std::uint32_t out,
                                    typename Block::template Global<const Words4> weights,
                                    std::uint32_t weights_at) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  static_assert(Shape::units % Block::warps == 0 && Block::warps % Shape::groups == 0, "as in convolve()");
  block.sync();
  block.each_warp([&](typename Block::Warp& warp) {
    M2M_NO_UNROLL
    for (int unit = warp.index(); unit < Shape::units; unit += Block::warps) {
      const int group = unit % Shape::groups;
      const Word x = Shape::Tiles::x(unit / Shape::groups, tile_row(warp));
      const Word y = Shape::Tiles::y(unit / Shape::groups, tile_row(warp));
      ParitySums<Real, Shape::rows> sums;
      M2M_UNROLL
      for (int i = 0; i < 4 * Shape::rows * 8; ++i)
        sums.of[i / (Shape::rows * 16)][i / (Shape::rows * 8) % 2][i / 8 % Shape::rows][i / 4 % 2][i % 4] = 0.0F;
      M2M_NO_UNROLL
      for (int slice = 0; slice < Shape::slices; ++slice) {
        Quad<Word> taps[9];
        M2M_UNROLL
        for (int tap = 0; tap < 9; ++tap)
          taps[tap] = warp.load16(
              weights, warp.lane() + weights_at +
                           static_cast<std::uint32_t>(((group * Shape::slices + slice) * 9 + tap) * warp_lanes));
        add_parity_products<Shape, Block>(warp, Word(in), y, x, slice, taps, sums);
      }
      store_parities<Shape, Block>(warp, Word(out), group, y, x, sums);
    }
  });
}

/// Sets the values of an image to 0 whose bit in the signs of `Shape` is not set. Begins with a barrier.
template <typename Shape, typename Block>
M2M_DEVICE void apply_signs(Block& block, std::uint32_t image, Signs<Block> signs, std::uint32_t signs_at) {
  using Word = typename Block::Word;
  block.sync();
  block.each_warp([&](typename Block::Warp& warp) {
    M2M_NO_UNROLL
    for (int unit = warp.index(); unit < Shape::units; unit += Block::warps) {
      const Word x = Shape::Tiles::x(unit / Shape::groups, tile_row(warp));
      const Word y = Shape::Tiles::y(unit / Shape::groups, tile_row(warp));
      const Word first = Shape::Out::chunk(y + 1U, x + 1U,
                                           tile_half(warp) + static_cast<std::uint32_t>(unit % Shape::groups * 2)) +
                         image;
      Word bits = 0U;
      M2M_UNROLL
      for (int tile = 0; tile < Shape::rows; ++tile) {
        if (tile % 4 == 0)
          bits = warp.load_word(signs,
                                warp.lane() + signs_at +
                                    static_cast<std::uint32_t>((unit * Shape::unit_words + tile / 4) * warp_lanes));
        const Word address = first + static_cast<std::uint32_t>(tile * Shape::Out::row_bytes);
        Quad<Word> values = warp.load_matrices(address);
        M2M_UNROLL
        for (int q = 0; q < 4; ++q) values.of[q] = values.of[q] & warp.spread_bits(bits, tile % 4 * 4 + q);
        warp.store_matrices(address, values);
      }
    }
  });
}

}  // namespace m2m::kernels

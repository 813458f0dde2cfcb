#include "kernels/mma_tiles.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/shared_image.hpp"
#include "support/emulated_block.hpp"

namespace m2m::kernels {
namespace {

using testing::CheckedPointer;
using testing::EmulatedBlock;
using testing::EmulatedWarp;
using testing::SharedMemory;

using Block = EmulatedBlock<2>;
using Word = Block::Word;
using Real = Block::Real;

constexpr std::uint32_t base = SharedMemory::base;

/// The sentence with which an emulated block of two warps refuses a program; empty if it does not.
std::string refusal(const std::function<void(Block&)>& program, bool last_first = false) {
  Block block(1024, last_first);
  try {
    program(block);
  } catch (const std::logic_error& refused) {
    return refused.what();
  }
  return "";
}

void store_lane(EmulatedWarp& warp, const Word& address) { warp.store_shared(address, warp.lane(), true); }

/// Both warps store words of their own, then both load the words of warp 0.
void exchange(Block& block, bool waits) {
  block.each_warp([](auto& warp) { store_lane(warp, warp.lane() * 4U + (base + 128U * warp.index())); });
  if (waits) block.sync();
  block.each_warp([](auto& warp) { warp.load_shared(warp.lane() * 4U + base, true); });
}

TEST(EmulatedBlock, RunsAProgramWhoseWarpsWaitForOneAnother) {
  for (bool last_first : {false, true})
    EXPECT_EQ(refusal([](Block& block) { exchange(block, true); }, last_first), "");
}

TEST(EmulatedBlock, RefusesALoadOfWhatAnotherWarpStoresBeforeABarrier) {
  for (bool last_first : {false, true})
    EXPECT_NE(refusal([](Block& block) { exchange(block, false); }, last_first), "");
}

TEST(EmulatedBlock, RefusesAStoreToWhatAnotherWarpLoadsOrStoresBeforeABarrier) {
  EXPECT_NE(
      refusal([](Block& block) { block.each_warp([](auto& warp) { store_lane(warp, warp.lane() * 4U + base); }); }),
      "");
  EXPECT_NE(refusal([](Block& block) {
              exchange(block, true);
              block.each_warp([](auto& warp) {
                if (warp.index() == 1) store_lane(warp, warp.lane() * 4U + base);
              });
            }),
            "");
}

TEST(EmulatedBlock, RefusesAccessOutsideUnalignedOrBeforeAnyStore) {
  const auto each = [](auto access) {
    return refusal([&](Block& block) {
      block.each_warp([&](auto& warp) {
        if (warp.index() == 0) access(warp);
      });
    });
  };
  EXPECT_NE(each([](auto& warp) { store_lane(warp, warp.lane() * 4U + (base + 1024U - 124U)); }), "");
  EXPECT_NE(each([](auto& warp) { store_lane(warp, warp.lane() * 4U + 900U); }), "");
  EXPECT_NE(each([](auto& warp) { store_lane(warp, warp.lane() * 4U + (base + 2U)); }), "");
  EXPECT_NE(each([](auto& warp) { warp.load_shared16(warp.lane() * 16U + (base + 4U), true); }), "");
  EXPECT_NE(each([](auto& warp) { warp.load_shared(warp.lane() * 4U + base, true); }), "");
  EXPECT_EQ(each([](auto& warp) { store_lane(warp, warp.lane() * 4U + base); }), "");
}

TEST(EmulatedBlock, RefusesTwoLanesThatStoreOneAddress) {
  EXPECT_NE(refusal([](Block& block) {
              block.each_warp([](auto& warp) { store_lane(warp, warp.lane() / 2U * 4U + base); });
            }),
            "");
}

TEST(EmulatedBlock, RefusesDeviceMemoryOutsideOfWhatAPointerHas) {
  std::vector<float> values(31);
  const CheckedPointer<const float> pointer(values.data(), values.size());
  const auto load = [&](std::uint32_t first, std::ptrdiff_t offset) {
    return refusal([&](Block& block) {
      block.each_warp([&](auto& warp) { warp.load(pointer + offset, Word(first), true); });
    });
  };
  EXPECT_EQ(load(30, 0), "");
  EXPECT_NE(load(31, 0), "");
  EXPECT_NE(load(0, -1), "");
  EXPECT_EQ(load(1, -1), "");
}

/// A tile of 16 rows of 16 Bf16 at `base`, pixel after pixel: the value at (row, column) is value(row, column).
template <typename Value>
void put_tile(Block& block, Value value) {
  for (std::uint32_t row = 0; row < 16; ++row) {
    for (std::uint32_t pair = 0; pair < 8; ++pair) {
      const std::uint32_t low = to_bf16(value(row, 2 * pair)).bits, high = to_bf16(value(row, 2 * pair + 1)).bits;
      block.shared.store(base + row * 32 + pair * 4, low | high << 16, 0);
    }
  }
  block.sync();
}

TEST(MmaTiles, MultiplyRowsOfPixelsByColumnsOfWeights) {
  Block block(1024);
  put_tile(block, [](std::uint32_t row, std::uint32_t column) { return static_cast<float>(row) - column; });
  const auto weight = [](std::size_t k, std::size_t n) {
    return static_cast<float>(k % 3) * 0.5F + static_cast<float>(n);
  };
  block.each_warp([&](auto& warp) {
    if (warp.index() != 0) return;
    const auto a = warp.load_matrices(tile_row(warp) * 32U + tile_half(warp) * 16U + base);
    Word b[2];
    for (std::size_t lane = 0; lane < 32; ++lane) {
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t k = half * 8 + lane % 4 * 2, n = lane / 4;
        b[half][lane] = std::uint32_t{to_bf16(weight(k, n)).bits} | std::uint32_t{to_bf16(weight(k + 1, n)).bits}
                                                                        << 16;
      }
    }
    Real sums[4] = {1.0F, 1.0F, 1.0F, 1.0F};
    warp.multiply_add(sums, a, b[0], b[1]);
    for (std::size_t lane = 0; lane < 32; ++lane) {
      for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
        float expected = 1;
        for (std::size_t k = 0; k < 16; ++k) expected += (static_cast<float>(row) - k) * weight(k, column);
        EXPECT_EQ(sums[i][lane], expected) << "row " << row << ", column " << column;
      }
    }
  });
  EXPECT_EQ(block.counts.products, 1);
}

TEST(MmaTiles, LoadTransposedSoThatALaneHasTwoRowsOfAColumn) {
  Block block(1024);
  const auto value = [](std::uint32_t row, std::uint32_t column) { return static_cast<float>(16 * row + column); };
  put_tile(block, value);
  block.each_warp([&](auto& warp) {
    if (warp.index() != 0) return;
    const auto tile = warp.load_matrices_transposed(tile_row(warp) * 32U + tile_half(warp) * 16U + base);
    for (std::uint32_t matrix = 0; matrix < 4; ++matrix) {
      for (std::uint32_t lane = 0; lane < 32; ++lane) {
        const std::uint32_t row = matrix % 2 * 8 + lane % 4 * 2, column = matrix / 2 * 8 + lane / 4;
        EXPECT_EQ(warp.low_half(tile.of[matrix])[lane], value(row, column)) << matrix << " of lane " << lane;
        EXPECT_EQ(warp.high_half(tile.of[matrix])[lane], value(row + 1, column)) << matrix << " of lane " << lane;
      }
    }
  });
}

TEST(MmaTiles, ComeBackAsTheyWereStored) {
  Block block(1024);
  put_tile(block, [](std::uint32_t row, std::uint32_t column) { return static_cast<float>(16 * row + column); });
  block.each_warp([&](auto& warp) {
    if (warp.index() != 0) return;
    const Word address = tile_row(warp) * 32U + tile_half(warp) * 16U;
    const auto tile = warp.load_matrices(address + base);
    warp.store_matrices(address + (base + 512U), tile);
  });
  block.sync();
  for (std::uint32_t at = 0; at < 512; at += 4)
    EXPECT_EQ(block.shared.load(base + at, 0), block.shared.load(base + 512 + at, 0));
}

TEST(MmaTiles, WaitForBanksThatRowsOfAMatrixShare) {
  Block block(1024);
  put_tile(block, [](std::uint32_t, std::uint32_t) { return 0.0F; });
  block.each_warp([&](auto& warp) {
    if (warp.index() == 0) warp.load_matrices(tile_row(warp) * 32U + tile_half(warp) * 16U + base);
  });
  EXPECT_EQ(block.counts.conflicts, 4);  // each group of 4 banks has two rows of a matrix
}

/// The number of conflicts of a tile of 16 neighbours, from every column on.
template <typename Image>
std::int64_t conflicts_of_lines() {
  EmulatedBlock<2> block(Image::bytes);
  for (std::uint32_t at = 0; at < Image::bytes; at += 4) block.shared.store(base + at, 0, 0);
  block.sync();
  block.each_warp([&](auto& warp) {
    for (std::uint32_t x = 0; x + 16 <= Image::width; ++x)
      warp.load_matrices(Image::chunk(Word(1U), tile_row(warp) + x, tile_half(warp)) + base);
  });
  return block.counts.conflicts;
}

TEST(SharedImage, LetsNeighboursOfALineLoadAtOnce) {
  EXPECT_EQ((conflicts_of_lines<SharedImage<16, 32>>()), 0);
  EXPECT_EQ((conflicts_of_lines<SharedImage<32, 16>>()), 0);
  EXPECT_EQ((conflicts_of_lines<SharedImage<64, 16>>()), 0);
}

TEST(SharedImage, HasAChunkOfItsOwnForEachPixel) {
  using Image = SharedImage<32, 16>;
  std::vector<int> uses(Image::bytes / 16);
  for (std::uint32_t line = 0; line < Image::width; ++line) {
    for (std::uint32_t column = 0; column < Image::width; ++column) {
      for (std::uint32_t c = 0; c < Image::chunks; ++c) ++uses.at(Image::chunk(line, column, c) / 16);
    }
  }
  EXPECT_EQ(uses, std::vector<int>(uses.size(), 1));
}

TEST(SharedImage, ClearsItsBorderAndNothingElse) {
  using Image = SharedImage<64, 8>;
  EmulatedBlock<2> block(Image::bytes);
  for (std::uint32_t at = 0; at < Image::bytes; at += 4) block.shared.store(base + at, 1, 0);
  block.sync();
  clear_border<Image>(block, base);
  block.sync();
  for (std::uint32_t line = 0; line < Image::width; ++line) {
    for (std::uint32_t column = 0; column < Image::width; ++column) {
      const bool is_border = line % (Image::width - 1) == 0 || column % (Image::width - 1) == 0;
      for (std::uint32_t c = 0; c < Image::chunks; ++c)
        EXPECT_EQ(block.shared.load(base + Image::chunk(line, column, c), 0), is_border ? 0U : 1U);
    }
  }
}

}  // namespace
}  // namespace m2m::kernels

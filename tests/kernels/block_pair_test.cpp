// The emulation of two blocks that share an image: what it runs and what it refuses.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "support/emulated_pair.hpp"

namespace m2m::kernels {
namespace {

using Block = testing::PairedBlock<2>;
using Word = Block::Word;

constexpr std::uint32_t base = testing::SharedMemory::base;

/// Each block stores its rank and the lane in a word a lane.
void store_rank(Block& block) {
  block.each_warp([&](auto& warp) {
    if (warp.index() == 0)
      warp.store_shared(warp.lane() * 4U + base, warp.lane() + static_cast<std::uint32_t>(100 * block.rank()),
                        true);
  });
}

/// Warp 0 loads those words of the other block. Returns that of lane 1.
std::uint32_t load_other(Block& block) {
  std::uint32_t of_lane_1 = 0;
  block.each_warp([&](auto& warp) {
    if (warp.index() == 0) of_lane_1 = warp.load_peer(warp.lane() * 4U + base, true)[1];
  });
  return of_lane_1;
}

/// The sentence with which a pair refuses a program; empty if it does not.
template <typename Program>
std::string refusal(int first, Program program) {
  try {
    testing::run_pair<2>(1024, first, program);
  } catch (const std::logic_error& refused) {
    return refused.what();
  }
  return "";
}

TEST(BlockPair, LoadsWhatTheOtherBlockStoredBeforeABarrierOfBoth) {
  for (int first : {0, 1}) {
    std::uint32_t loaded[2] = {};
    const std::string refused = refusal(first, [&](Block& block) {
      store_rank(block);
      block.sync_pair();
      loaded[block.rank()] = load_other(block);
      block.sync_pair();
      store_rank(block);
    });
    EXPECT_EQ(refused, "");
    EXPECT_EQ(loaded[0], 101U);
    EXPECT_EQ(loaded[1], 1U);
  }
}

TEST(BlockPair, RefusesALoadBeforeABarrierOfBoth) {
  for (int first : {0, 1}) {
    EXPECT_NE(refusal(first,
                      [](Block& block) {
                        store_rank(block);
                        block.sync();  // of one block only
                        load_other(block);
                        block.sync_pair();
                      }),
              "");
  }
}

TEST(BlockPair, RefusesAStoreWhileTheOtherBlockMayLoad) {
  for (int first : {0, 1}) {
    EXPECT_NE(refusal(first,
                      [](Block& block) {
                        store_rank(block);
                        block.sync_pair();
                        load_other(block);
                        block.sync();
                        store_rank(block);
                        block.sync_pair();
                      }),
              "");
  }
}

TEST(BlockPair, RefusesABlockThatWaitsForOneThatHasEnded) {
  for (int first : {0, 1}) {
    EXPECT_NE(refusal(first,
                      [](Block& block) {
                        block.sync_pair();
                        if (block.rank() == 0) block.sync_pair();
                      }),
              "");
  }
}

}  // namespace
}  // namespace m2m::kernels

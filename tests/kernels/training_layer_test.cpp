#include "kernels/training_layer.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/emulated_block.hpp"

namespace m2m::kernels {
namespace {

using testing::EmulatedBlock;
using testing::SharedMemory;

constexpr int warps = 8;
using Block = EmulatedBlock<warps>;

std::vector<float> whole_numbers(std::size_t count) {
  std::mt19937 engine(1);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(static_cast<int>(engine() % 2001) - 1000);
  return values;
}

/// Whole numbers, so that no sum is rounded.
template <int channels>
void expect_sums_over(int images) {
  SCOPED_TRACE(std::to_string(channels) + " channels, " + std::to_string(images) + " images");
  const std::vector<float> sums = whole_numbers(static_cast<std::size_t>(images) * 2 * channels);
  std::vector<float> expected(2 * channels), got(2 * channels);
  for (std::size_t i = 0; i < sums.size(); ++i) expected[i % expected.size()] += sums[i];
  Block block(ChannelMemory::bytes(warps));
  const auto to = Block::global(got.data(), 2 * channels);
  for_each_sum<channels>(
      block, sums.data(), images, ChannelMemory{SharedMemory::base},
      [&](auto& warp, const auto& channel, const auto& is_channel, const auto& a, const auto& b) {
        warp.store(to, channel, a, is_channel);
        warp.store(to, channel + static_cast<std::uint32_t>(channels), b, is_channel);
      });
  EXPECT_EQ(got, expected);
}

TEST(TrainingLayer, AddsTheSumsOfAnyNumberOfImages) {
  for (const int images : {1, 3, 76, 128, 129, 300}) {
    expect_sums_over<16>(images);
    expect_sums_over<32>(images);
    expect_sums_over<64>(images);
  }
}

/// Each thread's values are its channels and the number of the thread, so the sums are known.
template <int channels, int side>
void expect_image_sums() {
  SCOPED_TRACE(channels);
  using Chunks = ImageChunks<Block, channels, side>;
  Block block(ChannelMemory::bytes(warps));
  const ChannelMemory memory{SharedMemory::base};
  block.each_warp([&](Block::Warp& warp) {
    Chunk<Block> sums[2];
    for (std::size_t i = 0; i < 8; ++i) {
      for (std::size_t lane = 0; lane < 32; ++lane) {
        sums[0].of[i][lane] = static_cast<float>(Chunks::chunk(warp)[lane] * 8 + i);
        sums[1].of[i][lane] = static_cast<float>(warp.index() * 32) + static_cast<float>(lane);
      }
    }
    store_warp_sums<Chunks, 2, Block>(warp, sums, memory);
  });
  std::vector<float> got(2 * channels);
  store_image_sums<Chunks, 2>(block, memory, 0.5F, got.data());
  const int of_channel = warps * warp_lanes / Chunks::chunks;  // threads
  for (int c = 0; c < channels; ++c) {
    EXPECT_EQ(got.at(c), 0.5F * static_cast<float>(of_channel * c));
    int threads = 0;
    for (int thread = c / 8; thread < warps * warp_lanes; thread += Chunks::chunks) threads += thread;
    EXPECT_EQ(got.at(channels + c), 0.5F * static_cast<float>(threads));
  }
}

TEST(TrainingLayer, AddsTheSumsOfAllThreadsOfAChannel) {
  expect_image_sums<16, 32>();
  expect_image_sums<32, 16>();
  expect_image_sums<64, 8>();
}

TEST(TrainingLayer, ReadsBackWhatItPutsOfAChannel) {
  using Chunks = ImageChunks<Block, 64, 8>;
  Block block(ChannelMemory::bytes(warps));
  const ChannelMemory memory{SharedMemory::base};
  for_each_item(block, 64, [&](auto& warp, const auto& channel, const auto& is_channel) {
    warp.store_shared(memory.number(2, channel), channel * 3U, is_channel);
  });
  block.sync();
  block.each_warp([&](Block::Warp& warp) {
    const auto numbers = load_numbers<Chunks, Block>(warp, memory, 2);
    for (std::size_t i = 0; i < 8; ++i) {
      for (std::size_t lane = 0; lane < 32; ++lane)
        EXPECT_EQ(warp.as_word(numbers.of[i])[lane], (lane % 8 * 8 + i) * 3);
    }
  });
  EXPECT_EQ(block.counts.conflicts, 0);
}

}  // namespace
}  // namespace m2m::kernels

#pragma once
// What the kernels of a training step share: activations in device memory, sums over the batch, and batch norm.
//
// A thread block takes one image of the batch. Batch norm needs sums over all images, so a kernel ends where one is
// needed: each block leaves the sums of its image, and every block of the next kernel adds those of all images, in
// the same order. So nothing is added atomically, and a step gives the same bits every time.
#include "kernels/shared_image.hpp"
#include "kernels/storage.hpp"

namespace m2m::kernels {

/// The batch norm behind a convolution, in one step. Device memory, float32 [channels] unless another shape is
/// given.
struct TrainingNorm {
  const float *weight, *bias;
  float *running_mean, *running_variance;
  float* pivot;                     // the running mean before the step: near the mean of the batch
  float *mean, *inverse_deviation;  // of the batch
  float* sums;                      // [n][2][channels]: of y - pivot and its square, over the pixels of an image
  float* gradient_sums;             // [n][2][channels]: of g and of g (y - mean)
  float *weight_gradient, *bias_gradient;  // a step adds to them
};

/// A 3x3 convolution and the batch norm behind it, in one step. Device memory: weights as pack_weights packs those
/// of the layer alone, not folded; activations Bf16 [n][pixels][channels], 8 channels in a Words4.
struct TrainingLayer {
  const Words4 *forward, *backward;
  Words4* x;   // the input
  Words4* y;   // the output
  Words4* g;   // the gradient of batch norm's result, or of its sum with a shortcut: behind the ReLU's mask
  Words4* dy;  // the gradient of the output
  TrainingNorm norm;
};

/// What all layers of a step have in common.
struct TrainingBatch {
  int images;
  float epsilon, momentum;  // of batch norm
};

/// How a shortcut takes part: not at all, as it is, or as shortcut A, every second pixel with zero channels behind.
enum class ShortcutKind { none, identity, halved };

/// A shortcut forward, from the activations that it begins with, or backward, from the gradient at its end.
struct Shortcut {
  ShortcutKind kind;
  const Words4* from;  // Bf16 [n][pixels][channels]
};

/// Eight values of each lane: a chunk of 8 channels.
template <typename Block>
struct Chunk {
  typename Block::Real of[8];
};

template <typename Block>
M2M_DEVICE Chunk<Block> to_reals(const typename Block::Warp& warp, const Quad<typename Block::Word>& words) {
  Chunk<Block> values;
  M2M_UNROLL
  for (int i = 0; i < 4; ++i) {
    values.of[2 * i] = warp.low_half(words.of[i]);
    values.of[2 * i + 1] = warp.high_half(words.of[i]);
  }
  return values;
}

template <typename Block>
M2M_DEVICE Quad<typename Block::Word> to_words(const typename Block::Warp& warp, const Chunk<Block>& values) {
  Quad<typename Block::Word> words;
  M2M_UNROLL
  for (int i = 0; i < 4; ++i) words.of[i] = warp.pack(values.of[2 * i], values.of[2 * i + 1]);
  return words;
}

/// How the threads of a block share an image [side][side][channels] of device memory, and where it lies in a
/// SharedImage. Thread t takes the chunks t, t + threads, ...: all of the same 8 channels.
template <typename Block, int channels_, int side_>
struct ImageChunks {
  using Word = typename Block::Word;
  using Warp = typename Block::Warp;
  static constexpr int channels = channels_, side = side_;
  using Shared = SharedImage<channels, side>;
  static constexpr int chunks = Shared::chunks, count = side * side * chunks;
  static constexpr int threads = Block::warps * warp_lanes, rounds = count / threads;
  static_assert(count % threads == 0 && threads % chunks == 0, "each thread has as many, of the same channels");

  struct Held {
    Quad<Word> of[rounds];
  };

  /// The image of a batch: a pointer to its first chunk.
  template <typename T>
  M2M_DEVICE static auto image(T* batch, int index) {
    return Block::global(batch + std::int64_t{index} * count, count);
  }
  M2M_DEVICE static Word item(const Warp& warp, int round) {
    return warp.lane() + static_cast<std::uint32_t>(round * threads + warp.index() * warp_lanes);
  }
  /// The number of the thread's 8 channels.
  M2M_DEVICE static Word chunk(const Warp& warp) { return warp.lane() & static_cast<std::uint32_t>(chunks - 1); }
  /// From the first byte of the SharedImage.
  M2M_DEVICE static Word place(const Warp& warp, int round) {
    const Word pixel = item(warp, round) / static_cast<std::uint32_t>(chunks);
    return Shared::chunk(pixel / static_cast<std::uint32_t>(side) + 1U,
                         pixel % static_cast<std::uint32_t>(side) + 1U, chunk(warp));
  }
  M2M_DEVICE static Held load(const Warp& warp, typename Block::template Global<const Words4> from) {
    Held held;
    M2M_UNROLL
    for (int round = 0; round < rounds; ++round) held.of[round] = warp.load16(from, item(warp, round));
    return held;
  }
  /// The values of the thread's channels. from: [channels]
  M2M_DEVICE static Chunk<Block> of_channels(const Warp& warp, const float* from) {
    const auto values = Block::global(from, channels);
    Chunk<Block> loaded;
    M2M_UNROLL
    for (int i = 0; i < 8; ++i)
      loaded.of[i] = warp.load(values, chunk(warp) * 8U + static_cast<std::uint32_t>(i), true);
    return loaded;
  }
};

/// A block's shared memory behind its images, at an address that 16 divides: float32 numbers of each channel. The
/// first fours of all chunks lie before their second fours, so that 16 bytes of 8 chunks are in different banks.
struct ChannelMemory {
  static constexpr int max_channels = 64, rows = 3;
  static constexpr std::uint32_t row_bytes = max_channels * 4;
  /// Bytes for a block of `warps` warps.
  static constexpr int bytes(int warps) { return (rows + 2 * warps) * static_cast<int>(row_bytes); }

  std::uint32_t at;

  /// A number of `channel`: row 0 to 2.
  template <typename Word>
  M2M_DEVICE Word number(int row, Word channel) const {
    const Word place = (channel & 3U) + (channel >> 3) * 4U + (channel >> 2 & 1U) * (max_channels / 2U);
    return place * 4U + (at + static_cast<std::uint32_t>(row) * row_bytes);
  }
  /// A sum of a warp, 0 or 1, of `channel`.
  template <typename Word>
  M2M_DEVICE Word warp_sum(int warp, int sum, Word channel) const {
    return number(rows + 2 * warp + sum, channel);
  }
};

/// The thread's 8 numbers of a row of ChannelMemory.
template <typename Chunks, typename Block>
M2M_DEVICE Chunk<Block> load_numbers(const typename Block::Warp& warp, const ChannelMemory& memory, int row) {
  Chunk<Block> numbers;
  M2M_UNROLL
  for (int half = 0; half < 2; ++half) {
    const auto four = warp.load_shared16(
        memory.number(row, Chunks::chunk(warp) * 8U + static_cast<std::uint32_t>(4 * half)), true);
    M2M_UNROLL
    for (int i = 0; i < 4; ++i) numbers.of[4 * half + i] = warp.as_real(four.of[i]);
  }
  return numbers;
}

/// Adds sums [images][2][channels] over the images: f(warp, channel, is_channel, first sum, second sum). Has a
/// barrier within; the caller needs one behind. `images_at_once` loads of each thread are under way together.
template <int channels, typename Block, typename Function>
M2M_DEVICE void for_each_sum(Block& block, const float* sums, int images, const ChannelMemory& memory, Function f) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  constexpr int values = 2 * channels, images_at_once = 16;
  const auto of_images = Block::global(sums, images * values);
  block.each_warp([&](auto& warp) {
    M2M_UNROLL
    for (int column = 0; column < values; column += warp_lanes) {
      Real sum = 0.0F;
      for (int first = warp.index(); first < images; first += images_at_once * Block::warps) {
        Real loaded[images_at_once];
        M2M_UNROLL
        for (int i = 0; i < images_at_once; ++i) {
          const int image = first + i * Block::warps;
          const int present = image < images ? image : first;  // a load without a branch around it
          loaded[i] =
              warp.load(of_images, warp.lane() + static_cast<std::uint32_t>(present * values + column), true);
        }
        M2M_UNROLL
        for (int i = 0; i < images_at_once; ++i)
          sum = sum + (first + i * Block::warps < images ? loaded[i] : Real(0.0F));
      }
      const Word index = warp.lane() + static_cast<std::uint32_t>(column);  // [2][channels]
      const Word row = index / static_cast<std::uint32_t>(channels);
      const Word to = memory.warp_sum(warp.index(), 0, index % static_cast<std::uint32_t>(channels)) +
                      row * ChannelMemory::row_bytes;
      warp.store_shared(to, warp.as_word(sum), true);
    }
  });
  block.sync();
  for_each_item(block, channels, [&](auto& warp, Word channel, auto is_channel) {
    Real a = 0.0F, b = 0.0F;
    M2M_UNROLL
    for (int i = 0; i < Block::warps; ++i) {
      a = a + warp.as_real(warp.load_shared(memory.warp_sum(i, 0, channel), is_channel));
      b = b + warp.as_real(warp.load_shared(memory.warp_sum(i, 1, channel), is_channel));
    }
    f(warp, channel, is_channel, a, b);
  });
}

/// Leaves the sum over the lanes of the warp of each thread's values, `rows` (1 or 2) for each of its channels.
template <typename Chunks, int rows, typename Block>
M2M_DEVICE void store_warp_sums(const typename Block::Warp& warp, const Chunk<Block> (&sums)[rows],
                                const ChannelMemory& memory) {
  using Word = typename Block::Word;
  M2M_UNROLL
  for (int row = 0; row < rows; ++row) {
    M2M_UNROLL
    for (int half = 0; half < 2; ++half) {
      Quad<Word> four;
      M2M_UNROLL
      for (int i = 0; i < 4; ++i)
        four.of[i] = warp.as_word(warp.sum_of_every(Chunks::chunks, sums[row].of[4 * half + i]));
      const Word channel = Chunks::chunk(warp) * 8U + static_cast<std::uint32_t>(4 * half);
      warp.store_shared16(memory.warp_sum(warp.index(), row, channel), four,
                          warp.lane() < static_cast<std::uint32_t>(Chunks::chunks));
    }
  }
}

/// to [rows][channels] = factor * the sums that the warps left. Begins with a barrier.
template <typename Chunks, int rows, typename Block>
M2M_DEVICE void store_image_sums(Block& block, const ChannelMemory& memory, float factor, float* to) {
  using Word = typename Block::Word;
  const auto all = Block::global(to, rows * Chunks::channels);
  block.sync();
  for_each_item(block, Chunks::channels, [&](auto& warp, Word channel, auto is_channel) {
    M2M_UNROLL
    for (int row = 0; row < rows; ++row) {
      typename Block::Real sum = 0.0F;
      M2M_UNROLL
      for (int i = 0; i < Block::warps; ++i)
        sum = sum + warp.as_real(warp.load_shared(memory.warp_sum(i, row, channel), is_channel));
      warp.store(all, channel + static_cast<std::uint32_t>(row * Chunks::channels), sum * factor, is_channel);
    }
  });
}

}  // namespace m2m::kernels

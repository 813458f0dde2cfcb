#pragma once
// The forward kernels of a training step: one 3x3 convolution of one image, with the batch norm, shortcut and ReLU
// of its input in front and the sums of its output behind.
//
// Batch norm as in nn/batch_norm_fused.cpp: biased variance of the batch, by sums around a pivot; running
// statistics move as torch's, with the unbiased variance. Values are Bf16 where that path stores them, sums
// float32.
#include "kernels/fused_resnet.hpp"
#include "kernels/training_layer.hpp"

namespace m2m::kernels {

/// How a layer's input is formed: x = ReLU(batch norm(y) + shortcut), of a layer below whose output is y.
struct LayerInput {
  const Words4* y;
  TrainingNorm norm;
  Shortcut shortcut;
  Words4* x;
};

/// The normalised images that the first layer begins with.
struct PixelInput {
  const float* images;                    // [n][3][32][32]
  const float *mean, *inverse_deviation;  // [3]
  Words4* x;                              // Bf16 [n][1024][16]: channels 3 to 15 are 0
};

/// A block's shared memory: its input image, its output image, and numbers of channels.
struct LayerMemory {
  std::uint32_t in, out;
  ChannelMemory channels;
};

template <typename In, typename Out>
M2M_DEVICE LayerMemory layer_memory(std::uint32_t first) {
  return {first, first + In::bytes, {first + In::bytes + Out::bytes}};
}
template <typename In, typename Out>
constexpr int layer_bytes(int warps) {
  return In::bytes + Out::bytes + ChannelMemory::bytes(warps);
}

/// Writes what a channel's batch norm keeps: its statistics for the way back, and the moved running ones.
template <int channels, typename Block>
M2M_DEVICE void keep_statistics(const typename Block::Warp& warp, const TrainingNorm& norm,
                                const TrainingBatch& batch, typename Block::Word channel,
                                typename Block::Flag is_channel, typename Block::Real mean,
                                typename Block::Real inverse, typename Block::Real unbiased_variance) {
  warp.store(Block::global(norm.mean, channels), channel, mean, is_channel);
  warp.store(Block::global(norm.inverse_deviation, channels), channel, inverse, is_channel);
  const float kept = 1.0F - batch.momentum;
  const auto move = [&](float* running, typename Block::Real value) {
    const auto values = Block::global(running, channels);
    const auto before = warp.read(values, channel, is_channel);
    warp.store(values, channel, before * kept + value * batch.momentum, is_channel);
  };
  move(norm.running_mean, mean);
  move(norm.running_variance, unbiased_variance);
}

/// Leaves each channel's scale and shift in rows 0 and 1: batch norm(y) = scale y + shift. `pixels` of an image;
/// one block of the batch keeps the statistics. Ends with a barrier.
template <int channels, typename Block>
M2M_DEVICE void take_statistics(Block& block, const TrainingNorm& norm, const TrainingBatch& batch, int pixels,
                                bool keeps, const ChannelMemory& memory) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  const auto count = static_cast<float>(batch.images) * static_cast<float>(pixels);
  const float inverse_count = 1.0F / count, to_unbiased = count / (count > 1.0F ? count - 1.0F : 1.0F);
  for_each_sum<channels>(block, norm.sums, batch.images, memory,
                         [&](auto& warp, Word channel, auto is_channel, Real sum, Real squares) {
                           const auto of_channel = [&](const float* values) {
                             return warp.load(Block::global(values, channels), channel, is_channel);
                           };
                           const Real off = sum * inverse_count;
                           const Real variance = warp.max(squares * inverse_count - off * off, Real(0.0F));
                           const Real mean = of_channel(norm.pivot) + off;
                           const Real inverse = Real(1.0F) / warp.sqrt(variance + batch.epsilon);
                           const Real scale = of_channel(norm.weight) * inverse;
                           warp.store_shared(memory.number(0, channel), warp.as_word(scale), is_channel);
                           warp.store_shared(memory.number(1, channel),
                                             warp.as_word(of_channel(norm.bias) - scale * mean), is_channel);
                           if (keeps)
                             keep_statistics<channels, Block>(warp, norm, batch, channel, is_channel, mean, inverse,
                                                              variance * to_unbiased);
                         });
  block.sync();
}

/// The thread's chunks of a shortcut of `image`; of kind `none` they are 0.
template <typename Chunks, typename Block>
M2M_DEVICE typename Chunks::Held load_shortcut(const typename Block::Warp& warp, const Shortcut& shortcut,
                                               int image) {
  using Word = typename Block::Word;
  if (shortcut.kind == ShortcutKind::identity) return Chunks::load(warp, Chunks::image(shortcut.from, image));
  typename Chunks::Held held{};
  if constexpr (Chunks::channels > 16) {  // only these can be twice as many as below
    if (shortcut.kind == ShortcutKind::none) return held;
    constexpr std::uint32_t chunks = Chunks::chunks / 2, side = Chunks::side;
    constexpr int count = 2 * Chunks::count;
    const auto from = Block::global(shortcut.from + std::int64_t{image} * count, count);
    const auto is_copied = Chunks::chunk(warp) < chunks;
    M2M_UNROLL
    for (int round = 0; round < Chunks::rounds; ++round) {
      const Word pixel = Chunks::item(warp, round) / static_cast<std::uint32_t>(Chunks::chunks);
      const Word large = pixel / side * (4U * side) + pixel % side * 2U;
      const auto loaded = warp.load16(from, large * chunks + Chunks::chunk(warp) % chunks);
      M2M_UNROLL
      for (int i = 0; i < 4; ++i) held.of[round].of[i] = warp.select(is_copied, loaded.of[i], Word(0U));
    }
  }
  return held;
}

/// Forms the input of a layer and writes it: each(warp, round, words) gets every chunk of it. Block 0 of the batch
/// keeps the statistics. Has barriers within; has none at the end.
template <typename Chunks, typename Block, typename Each>
M2M_DEVICE void form_input(Block& block, const TrainingBatch& batch, int image, const LayerInput& in,
                           const ChannelMemory& memory, Each each) {
  using Warp = typename Block::Warp;
  typename Block::template PerWarp<typename Chunks::Held> y, added;  // under way while the sums are added
  block.each_warp([&](Warp& warp) {
    y[warp] = Chunks::load(warp, Chunks::image(in.y, image));
    added[warp] = load_shortcut<Chunks, Block>(warp, in.shortcut, image);
  });
  take_statistics<Chunks::channels>(block, in.norm, batch, Chunks::side * Chunks::side, image == 0, memory);
  block.each_warp([&](Warp& warp) {
    const auto scale = load_numbers<Chunks, Block>(warp, memory, 0),
               shift = load_numbers<Chunks, Block>(warp, memory, 1);
    M2M_UNROLL
    for (int round = 0; round < Chunks::rounds; ++round) {
      Chunk<Block> x = to_reals<Block>(warp, y[warp].of[round]);
      const auto shortcut = to_reals<Block>(warp, added[warp].of[round]);
      M2M_UNROLL
      for (int i = 0; i < 8; ++i) {
        x.of[i] = x.of[i] * scale.of[i] + shift.of[i];
        if (in.shortcut.kind != ShortcutKind::none) x.of[i] = x.of[i] + shortcut.of[i];
        x.of[i] = warp.max(x.of[i], typename Block::Real(0.0F));
      }
      const auto words = to_words<Block>(warp, x);
      warp.store16(Chunks::image(in.x, image), Chunks::item(warp, round), words);
      each(warp, round, words);
    }
  });
}

/// Writes the output that lies in shared memory, and its sums around the running mean, which becomes the pivot.
/// Begins with a barrier.
template <typename Chunks, typename Block>
M2M_DEVICE void store_output(Block& block, int image, const TrainingLayer& layer, const LayerMemory& memory) {
  using Word = typename Block::Word;
  block.sync();
  block.each_warp([&](typename Block::Warp& warp) {
    const auto pivot = Chunks::of_channels(warp, layer.norm.running_mean);
    Chunk<Block> sums[2]{};
    M2M_UNROLL
    for (int round = 0; round < Chunks::rounds; ++round) {
      const auto words = warp.load_shared16(Chunks::place(warp, round) + memory.out, true);
      warp.store16(Chunks::image(layer.y, image), Chunks::item(warp, round), words);
      const auto y = to_reals<Block>(warp, words);
      M2M_UNROLL
      for (int i = 0; i < 8; ++i) {
        const auto off = y.of[i] - pivot.of[i];
        sums[0].of[i] = sums[0].of[i] + off;
        sums[1].of[i] = sums[1].of[i] + off * off;
      }
    }
    store_warp_sums<Chunks, 2, Block>(warp, sums, memory.channels);
  });
  constexpr int values = 2 * Chunks::channels;
  store_image_sums<Chunks, 2>(block, memory.channels, 1.0F, layer.norm.sums + std::int64_t{image} * values);
  if (image != 0) return;
  for_each_item(block, Chunks::channels, [&](auto& warp, Word channel, auto is_channel) {
    const auto mean = warp.load(Block::global(layer.norm.running_mean, Chunks::channels), channel, is_channel);
    warp.store(Block::global(layer.norm.pivot, Chunks::channels), channel, mean, is_channel);
  });
}

/// y = the convolution of the image in shared memory, which has its border, and the sums of y.
template <typename Shape, typename Block>
M2M_DEVICE void convolve_input(Block& block, int image, const TrainingLayer& layer, const LayerMemory& memory) {
  const auto weights = Block::global(layer.forward, Shape::weights);
  convolve<Pass::plain, Shape>(block, ConvMemory<Block>{memory.in, memory.out, weights, {}, {}, {0, 0, 0}, false});
  store_output<ImageChunks<Block, Shape::out_channels, Shape::out_side>>(block, image, layer, memory);
}

/// One layer forward, for one image: forms x, then y and its sums. The layer's own x is that of `in`.
template <typename Shape, typename Block>
M2M_DEVICE void forward_conv(Block& block, const TrainingBatch& batch, int image, const LayerInput& in,
                             const TrainingLayer& layer, const LayerMemory& memory) {
  using Chunks = ImageChunks<Block, Shape::in_channels, Shape::out_side * Shape::stride>;
  clear_border<typename Shape::In>(block, memory.in);
  form_input<Chunks>(block, batch, image, in, memory.channels, [&](auto& warp, int round, const auto& words) {
    warp.store_shared16(Chunks::place(warp, round) + memory.in, words, true);
  });
  convolve_input<Shape>(block, image, layer, memory);
}

/// The first layer forward: x is the normalised image.
template <typename Shape, typename Block>
M2M_DEVICE void forward_first_conv(Block& block, int image, const PixelInput& in, const TrainingLayer& layer,
                                   const LayerMemory& memory) {
  using Chunks = ImageChunks<Block, Shape::in_channels, Shape::out_side>;
  constexpr int values = 3 * Chunks::side * Chunks::side;
  FusedResNet<Block> pixels{};
  pixels.mean = Block::global(in.mean, 3);
  pixels.inverse_deviation = Block::global(in.inverse_deviation, 3);
  pixels.x = memory.out;
  pixels.h = memory.in;
  load_pixels(block, pixels, Block::global(in.images + std::int64_t{image} * values, values));
  block.sync();
  block.each_warp([&](typename Block::Warp& warp) {
    M2M_UNROLL
    for (int round = 0; round < Chunks::rounds; ++round) {
      const auto words = warp.load_shared16(Chunks::place(warp, round) + memory.in, true);
      warp.store16(Chunks::image(in.x, image), Chunks::item(warp, round), words);
    }
  });
  convolve_input<Shape>(block, image, layer, memory);
}

/// Behind the last layer: forms x, and features [n][64] float32, the mean of each channel over its 64 pixels.
template <typename Block>
M2M_DEVICE void forward_pool(Block& block, const TrainingBatch& batch, int image, const LayerInput& in,
                             float* features, const ChannelMemory& memory) {
  using Chunks = ImageChunks<Block, 64, 8>;
  typename Block::template PerWarp<Chunk<Block>> sums;
  block.each_warp([&](auto& warp) { sums[warp] = Chunk<Block>{}; });
  form_input<Chunks>(block, batch, image, in, memory, [&](auto& warp, int, const auto& words) {
    const auto x = to_reals<Block>(warp, words);
    M2M_UNROLL
    for (int i = 0; i < 8; ++i) sums[warp].of[i] = sums[warp].of[i] + x.of[i];
  });
  block.each_warp([&](auto& warp) {
    const Chunk<Block> of_thread[1] = {sums[warp]};
    store_warp_sums<Chunks, 1, Block>(warp, of_thread, memory);
  });
  store_image_sums<Chunks, 1>(block, memory, 1.0F / 64, features + std::int64_t{image} * 64);
}

}  // namespace m2m::kernels

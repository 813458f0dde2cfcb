#pragma once
// The backward kernels of a training step: from the gradient behind one layer to that behind the layer below, for
// one image.
//
// Batch norm's gradient is formed in front of the convolution; the shortcut's gradient is added, the ReLU's mask
// applied and the sums for the layer below are taken behind it. With xhat = (y - mean) / deviation over m = n *
// pixels values (nn/batch_norm_fused.cpp): dy = weight / deviation * (g - sum(g) / m - xhat * sum(g * xhat) / m);
// the weight's gradient is sum(g * xhat), the bias's is sum(g). Gradients are Bf16 where libtorch's path in bf16
// stores them, sums float32.
#include "kernels/training_forward.hpp"

namespace m2m::kernels {

/// Leaves in rows 0 to 2 of each channel the factors of dy = (0) g + (1) y + (2). Block 0 of the batch adds the
/// gradients of weight and bias. Ends with a barrier.
template <int channels, typename Block>
M2M_DEVICE void take_gradient_sums(Block& block, const TrainingNorm& norm, const TrainingBatch& batch, int pixels,
                                   bool keeps, const ChannelMemory& memory) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  const float inverse_count = 1.0F / (static_cast<float>(batch.images) * static_cast<float>(pixels));
  for_each_sum<channels>(
      block, norm.gradient_sums, batch.images, memory,
      [&](auto& warp, Word channel, auto is_channel, Real sum, Real products) {
        const auto of_channel = [&](const float* values) {
          return warp.load(Block::global(values, channels), channel, is_channel);
        };
        const Real inverse = of_channel(norm.inverse_deviation), by_g = of_channel(norm.weight) * inverse;
        const Real of_weight = products * inverse;
        const Real by_y = Real(0.0F) - by_g * of_weight * inverse_count * inverse;
        const Real constant = Real(0.0F) - by_g * sum * inverse_count - by_y * of_channel(norm.mean);
        warp.store_shared(memory.number(0, channel), warp.as_word(by_g), is_channel);
        warp.store_shared(memory.number(1, channel), warp.as_word(by_y), is_channel);
        warp.store_shared(memory.number(2, channel), warp.as_word(constant), is_channel);
        if (!keeps) return;
        const auto add = [&](float* gradient, Real more) {
          const auto to = Block::global(gradient, channels);
          warp.store(to, channel, warp.read(to, channel, is_channel) + more, is_channel);
        };
        add(norm.weight_gradient, of_weight);
        add(norm.bias_gradient, sum);
      });
  block.sync();
}

/// Forms the gradient of a layer's output and writes it: each(warp, round, words) gets every chunk of it. Has
/// barriers within; has none at the end.
template <typename Chunks, typename Block, typename Each>
M2M_DEVICE void form_output_gradient(Block& block, const TrainingBatch& batch, int image,
                                     const TrainingLayer& layer, const ChannelMemory& memory, Each each) {
  using Warp = typename Block::Warp;
  typename Block::template PerWarp<typename Chunks::Held> g, y;  // under way while the sums are added
  block.each_warp([&](Warp& warp) {
    g[warp] = Chunks::load(warp, Chunks::image(layer.g, image));
    y[warp] = Chunks::load(warp, Chunks::image(layer.y, image));
  });
  take_gradient_sums<Chunks::channels>(block, layer.norm, batch, Chunks::side * Chunks::side, image == 0, memory);
  block.each_warp([&](Warp& warp) {
    const auto by_g = load_numbers<Chunks, Block>(warp, memory, 0),
               by_y = load_numbers<Chunks, Block>(warp, memory, 1);
    const auto constant = load_numbers<Chunks, Block>(warp, memory, 2);
    M2M_UNROLL
    for (int round = 0; round < Chunks::rounds; ++round) {
      Chunk<Block> dy = to_reals<Block>(warp, g[warp].of[round]);
      const auto value = to_reals<Block>(warp, y[warp].of[round]);
      M2M_UNROLL
      for (int i = 0; i < 8; ++i) dy.of[i] = constant.of[i] + dy.of[i] * by_g.of[i] + value.of[i] * by_y.of[i];
      const auto words = to_words<Block>(warp, dy);
      warp.store16(Chunks::image(layer.dy, image), Chunks::item(warp, round), words);
      each(warp, round, words);
    }
  });
}

/// Writes the gradient behind a layer: gradient(warp, round), Bf16, where x, what the layer above takes, is
/// positive, else 0; and its sums for the layer's batch norm.
template <typename Chunks, typename Block, typename Gradient>
M2M_DEVICE void store_gradient(Block& block, int image, const TrainingLayer& layer, const Words4* x,
                               const ChannelMemory& memory, Gradient gradient) {
  block.each_warp([&](typename Block::Warp& warp) {
    const auto above = Chunks::load(warp, Chunks::image(x, image));
    const auto y = Chunks::load(warp, Chunks::image(layer.y, image));
    const auto mean = Chunks::of_channels(warp, layer.norm.mean);
    Chunk<Block> sums[2]{};
    M2M_UNROLL
    for (int round = 0; round < Chunks::rounds; ++round) {
      auto words = gradient(warp, round);
      M2M_UNROLL
      for (int i = 0; i < 4; ++i) words.of[i] = words.of[i] & warp.nonzero_halves(above.of[round].of[i]);
      warp.store16(Chunks::image(layer.g, image), Chunks::item(warp, round), words);
      const auto g = to_reals<Block>(warp, words), value = to_reals<Block>(warp, y.of[round]);
      M2M_UNROLL
      for (int i = 0; i < 8; ++i) {
        sums[0].of[i] = sums[0].of[i] + g.of[i];
        sums[1].of[i] = sums[1].of[i] + g.of[i] * (value.of[i] - mean.of[i]);
      }
    }
    store_warp_sums<Chunks, 2, Block>(warp, sums, memory);
  });
  constexpr int values = 2 * Chunks::channels;
  store_image_sums<Chunks, 2>(block, memory, 1.0F, layer.norm.gradient_sums + std::int64_t{image} * values);
}

/// Puts the gradient of a halved shortcut, [side / 2][side / 2][2 channels], at the even pixels of an image of
/// `Chunks` in shared memory: its first half of the channels. No barrier.
template <typename Chunks, typename Block>
M2M_DEVICE void spread_shortcut(Block& block, const Words4* from, int image, std::uint32_t to) {
  using Word = typename Block::Word;
  using Small = SharedImage<2 * Chunks::channels, Chunks::side / 2>;
  constexpr int count = Chunks::count / 2;  // of the small image
  const auto gradient = Block::global(from + std::int64_t{image} * count, count);
  for_each_item(block, count / 2, [&](auto& warp, Word item, auto is_item) {
    const PixelPair<typename Chunks::Shared, Small, Word> pair(item);
    const Word pixel = item / static_cast<std::uint32_t>(Chunks::chunks);
    const auto words = warp.load16(gradient, pixel * static_cast<std::uint32_t>(Small::chunks) + pair.c);
    warp.store_shared16(pair.large() + to, words, is_item);
  });
}

/// From one layer to the layer below, for one image: dy of this one, then g of that one. Shape: of the transposed
/// convolution. branch: of the shortcut that begins where this layer does.
template <typename Shape, typename Block>
M2M_DEVICE void backward_conv(Block& block, const TrainingBatch& batch, int image, const TrainingLayer& layer,
                              const TrainingLayer& below, const Shortcut& branch, const LayerMemory& memory) {
  using In = ImageChunks<Block, Shape::In::chunks * 8, Shape::In::width - 2>;
  using Out = ImageChunks<Block, Shape::Out::chunks * 8, Shape::Out::width - 2>;
  clear_border<typename Shape::In>(block, memory.in);
  const auto to_image = [&](auto& warp, int round, const auto& words) {
    warp.store_shared16(In::place(warp, round) + memory.in, words, true);
  };
  form_output_gradient<In>(block, batch, image, layer, memory.channels, to_image);
  const auto weights = Block::global(layer.backward, Shape::weights);
  if constexpr (In::side == Out::side) {
    const bool joins = branch.kind == ShortcutKind::identity;
    if (joins) {
      block.each_warp([&](typename Block::Warp& warp) {
        const auto held = Out::load(warp, Out::image(branch.from, image));
        M2M_UNROLL
        for (int round = 0; round < Out::rounds; ++round)
          warp.store_shared16(Out::place(warp, round) + memory.out, held.of[round], true);
      });
    }
    convolve<Pass::plain, Shape>(block,
                                 ConvMemory<Block>{memory.in, memory.out, weights, {}, {}, {0, 0, 0}, joins});
  } else {
    spread_shortcut<Out>(block, branch.from, image, memory.out);
    convolve_transposed<Shape>(block, memory.in, memory.out, weights, 0);
  }
  block.sync();
  store_gradient<Out>(block, image, below, layer.x, memory.channels, [&](auto& warp, int round) {
    return warp.load_shared16(Out::place(warp, round) + memory.out, true);
  });
}

/// The first layer's part: dy alone.
template <typename Shape, typename Block>
M2M_DEVICE void backward_first_conv(Block& block, const TrainingBatch& batch, int image, const TrainingLayer& layer,
                                    const ChannelMemory& memory) {
  using Chunks = ImageChunks<Block, Shape::out_channels, Shape::out_side>;
  form_output_gradient<Chunks>(block, batch, image, layer, memory, [](auto&, int, const auto&) {});
}

/// From the gradient of the features, [n][64] float32, to that behind the last layer. x: as forward_pool formed it.
template <typename Block>
M2M_DEVICE void backward_pool(Block& block, int image, const float* gradient, const TrainingLayer& last,
                              const Words4* x, const ChannelMemory& memory) {
  using Chunks = ImageChunks<Block, 64, 8>;
  const float* of_image = gradient + std::int64_t{image} * Chunks::channels;
  store_gradient<Chunks>(block, image, last, x, memory, [&](auto& warp, int) {
    Chunk<Block> of_pixel = Chunks::of_channels(warp, of_image);
    M2M_UNROLL
    for (int i = 0; i < 8; ++i) of_pixel.of[i] = of_pixel.of[i] * (1.0F / 64);
    return to_words<Block>(warp, of_pixel);
  });
}

}  // namespace m2m::kernels

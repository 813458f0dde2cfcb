#pragma once
// A frozen ResNet on one 32x32 image in the shared memory of a thread block: pixels to features, and the gradient
// back.
//
// Batch norm is folded into the convolutions, shortcuts are of kind A, activations and weights Bf16, sums float32.
// Two images are enough: the first convolution of a block goes from X to H, the second from H to X, where the
// shortcut lies already. Between stages both become smaller images with more channels, in the same place.
#include <algorithm>

#include "kernels/fused_transition.hpp"
#include "kernels/storage.hpp"

namespace m2m::kernels {

/// The layers of a ResNet, as a block of `warps` warps shares them.
template <int warps>
struct ResNetShapes {
  using First = ConvShape<16, 16, 32, 1, 8>;  // 3 channels, padded; then the layers of stage 1
  using Halve1 = ConvShape<16, 32, 16, 2, 32 / warps>;
  using Second = ConvShape<32, 32, 16, 1, 32 / warps>;
  using Halve2 = ConvShape<32, 64, 8, 2, 16 / warps>;
  using Third = ConvShape<64, 64, 8, 1, 16 / warps>;
  using Double2 = TransposedShape<32, 8, 8 / warps>;
  using Double1 = TransposedShape<16, 16, 8 / warps>;
  static constexpr int image_bytes = First::Out::bytes;  // the largest
  static constexpr int shared_bytes = 2 * image_bytes;
  static constexpr int features = 64;
  static constexpr std::uint32_t features_at = Third::Out::bytes;  // from H: behind the images of stage 3
  static constexpr int pixels = 32 * 32;
};

/// Words of the signs of an image; those of the first layer come first.
template <int warps>
M2M_HOST_DEVICE int resnet_sign_words(int blocks) {
  using S = ResNetShapes<warps>;
  return (1 + 2 * blocks) * S::First::sign_words + 2 * blocks * (S::Second::sign_words + S::Third::sign_words);
}

/// The same for either number of warps, networks of at most `blocks` blocks a stage. Pure.
inline std::int64_t sign_words(int blocks) {
  return std::max(resnet_sign_words<4>(blocks), resnet_sign_words<8>(blocks));
}

/// A network and the memory for one image. The weights of `backward` are in the order of use: last layer first.
template <typename Block>
struct FusedResNet {
  template <typename T>
  using Global = typename Block::template Global<T>;

  int blocks;  // of a stage: (depth - 2) / 6
  Global<const Words4> forward, backward;
  Global<const float> bias;
  Global<const float> mean, inverse_deviation;  // [3], of the pixels
  Signs<Block> signs;
  std::uint32_t x, h;  // addresses of two images in shared memory
};

/// Runs the next layer forward and moves the cursor behind it.
template <Pass pass, typename Shape, typename Block>
M2M_DEVICE void forward_layer(Block& block, const FusedResNet<Block>& net, LayerPlace& at, std::uint32_t in,
                              std::uint32_t out, bool adds_out) {
  convolve<pass, Shape>(block, ConvMemory<Block>{in, out, net.forward, net.bias, net.signs, at, adds_out});
  at.weights += Shape::weights;
  at.bias += Shape::out_channels;
  at.signs += Shape::sign_words;
}

/// Runs `layers` layers forward, in turn from X to H and, with the shortcut, from H to X. first_from_h: begins with
/// the latter.
template <Pass pass, typename Shape, typename Block>
M2M_DEVICE void forward_layers(Block& block, const FusedResNet<Block>& net, LayerPlace& at, int layers,
                               bool first_from_h) {
  M2M_NO_UNROLL
  for (int layer = 0; layer < layers; ++layer) {
    const bool from_h = (layer % 2 == 0) == first_from_h;
    forward_layer<pass, Shape>(block, net, at, from_h ? net.h : net.x, from_h ? net.x : net.h, from_h);
  }
}

/// The first layers of a stage: H = the convolution with stride 2 of X, and X = its shortcut.
template <Pass pass, typename Shape, typename Block>
M2M_DEVICE void forward_halving(Block& block, const FusedResNet<Block>& net, LayerPlace& at) {
  block.sync();
  clear_border<typename Shape::Out>(block, net.h);
  forward_layer<pass, Shape>(block, net, at, net.x, net.h, false);
  subsample_in_place<Shape::in_channels, 2 * Shape::out_side>(block, net.x);
}

/// Stores the normalised pixels of an image [3][32][32] in H, and clears the borders of X and H. No barrier.
template <typename Block>
M2M_DEVICE void load_pixels(Block& block, const FusedResNet<Block>& net,
                            typename Block::template Global<const float> pixels) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  using Flag = typename Block::Flag;
  using Image = typename ResNetShapes<Block::warps>::First::In;
  constexpr int plane = ResNetShapes<Block::warps>::pixels;
  clear_border<Image>(block, net.x);
  clear_border<Image>(block, net.h);
  for_each_item(block, plane, [&](auto& warp, Word item, Flag is_item) {
    Real normalised[3];
    M2M_UNROLL
    for (int c = 0; c < 3; ++c) {
      const Word channel = static_cast<std::uint32_t>(c);
      const Real value = warp.read(pixels, item + static_cast<std::uint32_t>(c * plane), is_item);
      normalised[c] = (warp.clamp(value) - warp.load(net.mean, channel, is_item)) *
                      warp.load(net.inverse_deviation, channel, is_item);
    }
    const Word line = item / 32U + 1U, column = item % 32U + 1U;
    const Quad<Word> first{{warp.pack(normalised[0], normalised[1]), warp.pack(normalised[2], Real(0.0F)), 0U, 0U}};
    warp.store_shared16(Image::chunk(line, column, Word(0U)) + net.h, first, is_item);
    warp.store_shared16(Image::chunk(line, column, Word(1U)) + net.h, Quad<Word>{{0U, 0U, 0U, 0U}}, is_item);
  });
}

/// Features of the image at X: the mean of each channel, float32 at H + features_at. Ends with a barrier.
template <typename Block>
M2M_DEVICE void average_pixels(Block& block, const FusedResNet<Block>& net) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  using Warp = typename Block::Warp;
  using Image = typename ResNetShapes<Block::warps>::Third::Out;
  constexpr int pixels = 64 / Block::warps;  // of a warp
  constexpr std::uint32_t row = 64 * 4;
  const std::uint32_t to_features = net.h + ResNetShapes<Block::warps>::features_at, partial = to_features + row;
  block.sync();
  block.each_warp([&](Warp& warp) {
    Real even = 0.0F, odd = 0.0F;
    for (int i = 0; i < pixels; ++i) {
      const auto pixel = static_cast<std::uint32_t>(warp.index() * pixels + i);
      const Word line = pixel / 8U + 1U, column = pixel % 8U + 1U;
      const Word two =
          warp.load_shared(Image::chunk(line, column, warp.lane() / 4U) + warp.lane() % 4U * 4U + net.x, true);
      even = even + warp.low_half(two);
      odd = odd + warp.high_half(two);
    }
    const Word to = warp.lane() * 8U + (partial + static_cast<std::uint32_t>(warp.index()) * row);
    warp.store_shared(to, warp.as_word(even), true);
    warp.store_shared(to + 4U, warp.as_word(odd), true);
  });
  block.sync();
  for_each_item(block, 64, [&](auto& warp, Word channel, auto is_channel) {
    Real sum = 0.0F;
    for (int i = 0; i < Block::warps; ++i)
      sum = sum + warp.as_real(
                      warp.load_shared(channel * 4U + (partial + static_cast<std::uint32_t>(i) * row), is_channel));
    warp.store_shared(channel * 4U + to_features, warp.as_word(sum * (1.0F / 64)), is_channel);
  });
  block.sync();
}

/// Runs the image at H, as load_pixels leaves it, through all convolutions, evaluating or forward. Its features are
/// then at H + features_at, [64] float32.
template <Pass pass, typename Block>
M2M_DEVICE void forward_features(Block& block, const FusedResNet<Block>& net) {
  using S = ResNetShapes<Block::warps>;
  LayerPlace at{0, 0, 0};
  forward_layer<pass, typename S::First>(block, net, at, net.h, net.x, false);
  forward_layers<pass, typename S::First>(block, net, at, 2 * net.blocks, false);
  forward_halving<pass, typename S::Halve1>(block, net, at);
  forward_layers<pass, typename S::Second>(block, net, at, 2 * net.blocks - 1, true);
  forward_halving<pass, typename S::Halve2>(block, net, at);
  forward_layers<pass, typename S::Third>(block, net, at, 2 * net.blocks - 1, true);
  average_pixels(block, net);
}

/// The gradient of the last block's output from that of the features, [64] float32 at H + features_at: X. Begins
/// with a barrier.
template <typename Block>
M2M_DEVICE void spread_features(Block& block, const FusedResNet<Block>& net, std::uint32_t signs_at) {
  using Word = typename Block::Word;
  using Shape = typename ResNetShapes<Block::warps>::Third;
  const std::uint32_t from = net.h + ResNetShapes<Block::warps>::features_at;
  block.sync();
  block.each_warp([&](auto& warp) {
    for (int unit = warp.index(); unit < Shape::units; unit += Block::warps) {
      const int group = unit % Shape::groups;
      typename Block::Real sums[2][4];
      M2M_UNROLL
      for (int i = 0; i < 4; ++i) {
        const Word channel = warp.lane() % 4U * 2U + static_cast<std::uint32_t>(group * 16 + i / 2 * 8 + i % 2);
        const auto gradient = warp.as_real(warp.load_shared(channel * 4U + from, true)) * (1.0F / 64);
        sums[i / 2][i % 2] = sums[i / 2][i % 2 + 2] = gradient;
      }
      const Word x = Shape::Tiles::x(unit / Shape::groups, tile_row(warp));
      const Word y = Shape::Tiles::y(unit / Shape::groups, tile_row(warp));
      const Word chunk = Shape::Out::chunk(y + 1U, x + 1U, tile_half(warp) + static_cast<std::uint32_t>(2 * group));
      Word bits = warp.load_word(
          net.signs, warp.lane() + signs_at + static_cast<std::uint32_t>(unit * Shape::unit_words * warp_lanes));
      M2M_UNROLL
      for (int tile = 0; tile < Shape::rows; ++tile)
        store_tile<Pass::backward, Block>(
            warp, chunk + (net.x + static_cast<std::uint32_t>(tile * Shape::Out::row_bytes)), sums, tile, bits);
    }
  });
}

/// Runs `layers` layers backward, in turn from X to H and, adding what is there, from H to X. The cursor's signs
/// are those of the layer below the next.
template <typename Shape, typename Block>
M2M_DEVICE void backward_layers(Block& block, const FusedResNet<Block>& net, LayerPlace& at, int layers) {
  M2M_NO_UNROLL
  for (int layer = 0; layer < layers; ++layer) {
    const bool from_h = layer % 2 == 1;
    at.signs -= Shape::sign_words;
    convolve<Pass::backward, Shape>(block, ConvMemory<Block>{from_h ? net.h : net.x, from_h ? net.x : net.h,
                                                             net.backward, net.bias, net.signs, at, from_h});
    at.weights += Shape::weights;
  }
}

/// From the first layers of a stage, whose gradient is H, to the last layer of the stage below: X. Large: the shape
/// of that layer; the cursor's signs are those of the halving layer.
template <typename Shape, typename Large, typename Block>
M2M_DEVICE void backward_doubling(Block& block, const FusedResNet<Block>& net, LayerPlace& at) {
  spread_in_place<Large::out_channels, Large::out_side>(block, net.x);
  convolve_transposed<Shape>(block, net.h, net.x, net.backward, at.weights);
  at.weights += Shape::weights;
  at.signs -= Large::sign_words;
  apply_signs<Large>(block, net.x, net.signs, at.signs);
  clear_border<typename Large::Out>(block, net.h);
}

/// The gradient of the normalised pixels from that of the first layer, X: float32 [3][32][32] at H. Begins with a
/// barrier.
template <typename Block>
M2M_DEVICE void backward_first(Block& block, const FusedResNet<Block>& net, const LayerPlace& at) {
  using Word = typename Block::Word;
  using Shape = typename ResNetShapes<Block::warps>::First;
  constexpr std::uint32_t plane = ResNetShapes<Block::warps>::pixels * 4;
  block.sync();
  block.each_warp([&](auto& warp) {
    M2M_NO_UNROLL
    for (int unit = warp.index(); unit < Shape::units; unit += Block::warps) {
      typename Block::Real sums[Shape::rows][2][4];
      begin_sums<Pass::backward, Shape, Block>(warp, ConvMemory<Block>{}, 0, sums);
      TapColumn<Word> taps;
      load_taps<Block>(warp, net.backward, warp.lane() + at.weights, taps);
      const Word line = Shape::Tiles::y(unit, tile_row(warp)) * static_cast<std::uint32_t>(Shape::In::row_bytes);
      add_products<Shape, Block>(warp, line + net.x, Shape::Tiles::x(unit, tile_row(warp)), net.backward,
                                 warp.lane() + at.weights, taps, sums);
      const Word x = Shape::Tiles::x(unit, warp.lane() >> 2), quarter = warp.lane() & 3U;
      const Word y = Shape::Tiles::y(unit, warp.lane() >> 2);
      M2M_UNROLL
      for (int i = 0; i < 4 * Shape::rows; ++i) {  // channels 0 and 1 are in lanes 4 g, channel 2 in lanes 4 g + 1
        const int tile = i / 4, right = i / 2 % 2, odd = i % 2;
        const Word pixel = (y + static_cast<std::uint32_t>(tile)) * 32U + x + static_cast<std::uint32_t>(8 * right);
        const Word to = (quarter * 2U + static_cast<std::uint32_t>(odd)) * plane + pixel * 4U + net.h;
        warp.store_shared(to, warp.as_word(sums[tile][0][2 * right + odd]),
                          odd != 0 ? quarter == 0U : quarter < 2U);
      }
    }
  });
}

/// Runs the gradient of the features, [64] float32 at H + features_at, back through all convolutions. The gradient
/// of the normalised pixels is then at H, float32 [3][32][32], behind a barrier. The signs are those of
/// forward_features.
template <typename Block>
M2M_DEVICE void backward_features(Block& block, const FusedResNet<Block>& net) {
  using S = ResNetShapes<Block::warps>;
  const auto end = static_cast<std::uint32_t>(resnet_sign_words<Block::warps>(net.blocks));
  LayerPlace at{0, 0, end - static_cast<std::uint32_t>(S::Third::sign_words)};
  spread_features(block, net, at.signs);
  backward_layers<typename S::Third>(block, net, at, 2 * net.blocks - 1);
  backward_doubling<typename S::Double2, typename S::Second>(block, net, at);
  backward_layers<typename S::Second>(block, net, at, 2 * net.blocks - 1);
  backward_doubling<typename S::Double1, typename S::First>(block, net, at);
  backward_layers<typename S::First>(block, net, at, 2 * net.blocks);
  backward_first(block, net, at);
  block.sync();
}

}  // namespace m2m::kernels

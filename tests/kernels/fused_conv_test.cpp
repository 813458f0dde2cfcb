#include "kernels/fused_conv.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/tile_cases.hpp"

namespace m2m::kernels {
namespace {

using testing::CheckedPointer;
using testing::EmulatedBlock;
using testing::SharedMemory;
using testing::StoredImage;

/// A layer, with values for which no sum is rounded, so that every order of summation gives the same bits.
template <typename Shape>
struct Layer {
  ConvSizes sizes{Shape::out_side * Shape::stride, Shape::out_side* Shape::stride, Shape::in_channels,
                  Shape::out_channels, Shape::stride};
  std::vector<float> weight = testing::drawn(std::size_t{9} * Shape::in_channels * Shape::out_channels, 1);
  std::vector<float> scale = std::vector<float>(Shape::out_channels, 0.5F);
  std::vector<float> bias = testing::drawn(Shape::out_channels, 2);
  StoredImage in = image<typename Shape::In>(3), shortcut = image<typename Shape::Out>(4);

  template <typename Image>
  static StoredImage image(unsigned seed) {
    constexpr int channels = Image::chunks * 8, side = Image::width - 2;
    return testing::stored<Bf16>(testing::drawn(std::size_t{channels} * side * side, seed), channels, side, side,
                                 channels);
  }
};

/// What a layer gives: its image, and which of its values are positive.
struct Result {
  StoredImage out;
  std::vector<std::uint16_t> signs;
};

/// The layer in the CPU's kernels. The signs of a backward layer are those to apply.
template <typename Shape>
Result on_cpu(const Layer<Shape>& layer, bool forward, bool adds, std::vector<std::uint16_t> signs) {
  Result result{StoredImage(layer.shortcut.size()), std::move(signs)};
  Aligned<Bf16> weights;
  const auto pack = forward ? pack_forward<Bf16> : pack_backward<Bf16>;
  pack(layer.sizes, layer.weight.data(), layer.scale.data(), weights);
  result.signs.resize(result.out.size() / 16);
  ConvBuffers<Bf16> memory{layer.in.data(), weights.data()};
  memory.added = adds ? layer.shortcut.data() : nullptr;
  memory.bias = forward ? layer.bias.data() : nullptr;
  memory.relu = forward;
  memory.positive = forward ? result.signs.data() : nullptr;
  memory.keep = forward ? nullptr : result.signs.data();
  memory.out = result.out.data();
  const Convolution conv = forward ? forward_convolution(layer.sizes) : backward_convolution(layer.sizes);
  kernel_set(InstructionSet::plain).typed<Bf16>().conv3x3(conv, memory);
  return result;
}

/// The layer on tiles, in an emulated block.
template <typename Shape, int warps>
struct OnTiles {
  static constexpr std::uint32_t in_at = SharedMemory::base, out_at = in_at + Shape::In::bytes;

  explicit OnTiles(const Layer<Shape>& of_layer, bool last_first = false)
      : layer(of_layer), block(Shape::In::bytes + Shape::Out::bytes, last_first) {
    testing::put<typename Shape::In>(layer.in, in_at, block.shared);
    testing::put<typename Shape::Out>(layer.shortcut, out_at, block.shared);
  }

  template <bool forward>
  StoredImage run(bool adds) {
    const testing::PackedLayer packed(layer.sizes, layer.weight, layer.scale);
    const std::vector<Words4>& weights = forward ? packed.forward : packed.backward;
    const ConvMemory<EmulatedBlock<warps>> memory{in_at,
                                                  out_at,
                                                  {weights.data(), weights.size()},
                                                  {layer.bias.data(), layer.bias.size()},
                                                  {signs.data(), signs.size()},
                                                  {0, 0, 0},
                                                  adds};
    convolve<forward ? Pass::forward : Pass::backward, Shape>(block, memory);
    return testing::image_at<typename Shape::Out>(out_at, block.shared);
  }

  const Layer<Shape>& layer;
  EmulatedBlock<warps> block;
  std::vector<std::uint32_t> signs = std::vector<std::uint32_t>(static_cast<std::size_t>(Shape::sign_words));
};

/// Compares forward and, if the stride is 1, backward with the CPU's kernels, with and without a shortcut.
template <typename Shape, int warps>
void expect_same_bits() {
  const Layer<Shape> layer;
  for (bool adds : {false, true}) {
    OnTiles<Shape, warps> tiles(layer);
    const Result expected = on_cpu(layer, true, adds, {});
    EXPECT_EQ(testing::bits_of(tiles.template run<true>(adds)), testing::bits_of(expected.out));
    EXPECT_EQ(testing::stored_signs<Shape>(tiles.signs), expected.signs);
    if constexpr (Shape::stride == 1) {
      EXPECT_EQ(tiles.block.counts.conflicts, 0);
    }
    if constexpr (Shape::stride == 1 && Shape::in_channels == Shape::out_channels) {
      OnTiles<Shape, warps> back(layer);
      back.signs = tiles.signs;
      EXPECT_EQ(testing::bits_of(back.template run<false>(adds)),
                testing::bits_of(on_cpu(layer, false, adds, expected.signs).out));
    }
  }
}

TEST(FusedConvolution, GivesTheBitsOfTheCpusKernelsForEveryLayerOfAResNet) {
  expect_same_bits<ConvShape<16, 16, 32, 1, 8>, 4>();
  expect_same_bits<ConvShape<16, 32, 16, 2, 8>, 4>();
  expect_same_bits<ConvShape<32, 32, 16, 1, 8>, 4>();
  expect_same_bits<ConvShape<32, 64, 8, 2, 4>, 4>();
  expect_same_bits<ConvShape<64, 64, 8, 1, 4>, 4>();
}

TEST(FusedConvolution, GivesTheSameBitsWithTwiceAsManyWarps) {
  expect_same_bits<ConvShape<16, 16, 32, 1, 8>, 8>();
  expect_same_bits<ConvShape<16, 32, 16, 2, 4>, 8>();
  expect_same_bits<ConvShape<32, 32, 16, 1, 4>, 8>();
  expect_same_bits<ConvShape<32, 64, 8, 2, 2>, 8>();
  expect_same_bits<ConvShape<64, 64, 8, 1, 2>, 8>();
}

}  // namespace
}  // namespace m2m::kernels

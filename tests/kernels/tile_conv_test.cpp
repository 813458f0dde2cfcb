#include "kernels/tile_conv.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/kernel_set.hpp"
#include "support/conv_cases.hpp"

namespace m2m::kernels {
namespace {

/// The sets whose tiles can be tried here: what tiles compute, and the processor's own.
std::vector<InstructionSet> sets_with_tiles() {
  std::vector<InstructionSet> sets = {InstructionSet::plain};
  if (best_instruction_set() == InstructionSet::amx) sets.push_back(InstructionSet::amx);
  return sets;
}

std::string to_text(const testing::ConvCase& c) {
  const ConvSizes& s = c.sizes;
  return std::to_string(s.height) + "x" + std::to_string(s.width) + " " + std::to_string(s.in_channels) + " to " +
         std::to_string(s.out_channels) + " by " + std::to_string(s.stride);
}

/// An image with room behind its end, where finite values stand that must not matter.
std::vector<Bf16> with_overrun(std::vector<Bf16> image) {
  image.insert(image.end(), tile_overrun, to_bf16(77.0F));
  return image;
}

/// Every convolution of a case that tiles suit: forward, with what stands at its end, and its transpose.
struct Tried {
  Convolution conv;
  std::vector<Bf16> in;
  Aligned<Bf16> weights;
  std::vector<double> expected;
  int channels, height, width;
};

std::vector<Tried> tried(const testing::ConvCase& c) {
  const ConvSizes& s = c.sizes;
  std::vector<Tried> all(2);
  all[0] = {
      forward_convolution(s), {},           {}, testing::by_definition(s, c.in, c.weight, c.scale), s.out_channels,
      s.out_height(),         s.out_width()};
  pack_forward(s, c.weight.data(), c.scale.data(), all[0].weights);
  all[0].in = with_overrun(testing::stored<Bf16>(c.in, s.in_channels, s.height, s.width, all[0].conv.in_channels));
  all[1] = {backward_convolution(s),
            {},
            {},
            testing::transposed_by_definition(s, c.gradient, c.weight, c.scale),
            s.in_channels,
            s.height,
            s.width};
  pack_backward(s, c.weight.data(), c.scale.data(), all[1].weights);
  all[1].in = with_overrun(
      testing::stored<Bf16>(c.gradient, s.out_channels, s.out_height(), s.out_width(), s.out_channels));
  std::erase_if(all, [](const Tried& one) { return !suits_tiles(one.conv); });
  return all;
}

TEST(TileConv, IsTheConvolutionAndItsTransposeByDefinition) {
  int compared = 0;
  for (const testing::ConvCase& c : testing::conv_cases()) {
    for (const Tried& one : tried(c)) {
      const TileConvolution tiles = tile_convolution(one.conv);
      Aligned<Bf16> weights;
      pack_tiles(tiles, one.weights, weights);
      for (InstructionSet set : sets_with_tiles()) {
        std::vector<float> raw(
            static_cast<std::size_t>(stored_pixels(one.height, one.width) * one.conv.out_channels));
        ConvBuffers<Bf16> memory{one.in.data(), weights.data()};
        memory.raw = raw.data();
        kernel_set(set).tile_conv(tiles, memory);
        testing::expect_image(raw, one.conv.out_channels, one.expected, one.channels, one.height, one.width, 1e-5,
                              to_text(set) + " " + to_text(c));
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, 13);
}

TEST(TileConv, EndsAsTheConvolutionWithoutTilesDoes) {
  for (const testing::ConvCase& c : testing::conv_cases()) {
    const ConvSizes& s = c.sizes;
    const Convolution conv = forward_convolution(s);
    if (!suits_tiles(conv)) continue;
    const TileConvolution tiles = tile_convolution(conv);
    Aligned<Bf16> direct, weights;
    pack_forward(s, c.weight.data(), c.scale.data(), direct);
    pack_tiles(tiles, direct, weights);
    const auto in = with_overrun(testing::stored<Bf16>(c.in, s.in_channels, s.height, s.width, conv.in_channels));
    const auto added =
        testing::stored<Bf16>(c.gradient, s.out_channels, s.out_height(), s.out_width(), s.out_channels);
    const std::vector<float> bias(static_cast<std::size_t>(s.out_channels), 0.25F);
    const auto words = static_cast<std::size_t>(stored_pixels(s.out_height(), s.out_width())) * s.out_channels / 16;
    const std::vector<std::uint16_t> keep(words, 0x33cc);
    const auto run = [&](const Bf16* packed, auto convolve, std::vector<Bf16>& out,
                         std::vector<std::uint16_t>& positive) {
      out.assign(words * 16, to_bf16(5.0F));
      positive.assign(words, 0x5555);
      ConvBuffers<Bf16> memory{in.data(), packed, bias.data(), added.data(), keep.data(), true, positive.data()};
      memory.out = out.data();
      convolve(memory);
    };
    std::vector<Bf16> expected, got;
    std::vector<std::uint16_t> expected_positive, got_positive;
    run(
        direct.data(), [&](const auto& m) { kernel_set(InstructionSet::plain).bf16.conv3x3(conv, m); }, expected,
        expected_positive);
    for (InstructionSet set : sets_with_tiles()) {
      run(
          weights.data(), [&](const auto& m) { kernel_set(set).tile_conv(tiles, m); }, got, got_positive);
      for (std::size_t i = 0; i < got.size(); ++i) {  // the border too: neither writes it
        const double wanted = to_float(expected[i]);
        ASSERT_NEAR(to_float(got[i]), wanted, (1 + std::abs(wanted)) / 128) << to_text(set) << " " << to_text(c);
      }
      EXPECT_EQ(got_positive, expected_positive) << to_text(set) << " " << to_text(c);
    }
  }
}

TEST(TileConv, SuitsWhatHasPixelsForATile) {
  EXPECT_TRUE(suits_tiles(forward_convolution({32, 32, 3, 16, 1})));
  EXPECT_TRUE(suits_tiles(backward_convolution({16, 16, 32, 64, 2})));
  EXPECT_FALSE(suits_tiles(forward_convolution({1, 1, 16, 16, 1})));
  EXPECT_FALSE(suits_tiles(backward_convolution({4, 4, 16, 16, 2}))) << "its quarters have 2 by 2 pixels";
}

}  // namespace
}  // namespace m2m::kernels

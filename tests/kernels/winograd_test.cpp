#include "kernels/winograd.hpp"

#include <gtest/gtest.h>

#include "kernels/kernel_set.hpp"
#include "support/conv_cases.hpp"

namespace m2m::kernels {
namespace {

/// Sizes of the networks' layers, and rows and strips that leave remainders.
std::vector<testing::ConvCase> suitable_cases() {
  std::vector<testing::ConvCase> all;
  for (const ConvSizes& sizes : std::vector<ConvSizes>{{32, 32, 16, 16, 1},
                                                       {16, 16, 32, 32, 1},
                                                       {8, 8, 64, 64, 1},
                                                       {6, 14, 16, 48, 1},
                                                       {4, 70, 32, 16, 1},
                                                       {10, 6, 16, 16, 1}})
    all.push_back({sizes});
  return all;
}

std::vector<float> run(InstructionSet set, const Winograd& conv, const std::vector<float>& in,
                       const Aligned<float>& weights) {
  std::vector<float> out(static_cast<std::size_t>(stored_pixels(conv.height, conv.width) * conv.out_channels));
  std::vector<float> scratch(static_cast<std::size_t>(winograd_scratch(conv)));
  ConvBuffers<float> memory{in.data(), weights.data()};
  memory.out = out.data();
  kernel_set(set).winograd(conv, memory, scratch.data());
  return out;
}

TEST(Winograd, IsTheConvolutionAndItsTransposeWithEveryInstructionSet) {
  for (InstructionSet set : supported_instruction_sets()) {
    for (const testing::ConvCase& c : suitable_cases()) {
      const ConvSizes& s = c.sizes;
      const std::string what = to_text(set) + " " + std::to_string(s.height) + "x" + std::to_string(s.width);
      ASSERT_TRUE(suits_winograd(s, s.in_channels, s.out_channels)) << what;
      Aligned<float> weights;
      pack_winograd_forward(s, c.weight.data(), c.scale.data(), weights);
      const std::vector<float> out =
          run(set, {s.height, s.width, s.in_channels, s.out_channels},
              testing::stored<float>(c.in, s.in_channels, s.height, s.width, s.in_channels), weights);
      testing::expect_image(out, s.out_channels, testing::by_definition(s, c.in, c.weight, c.scale), s.out_channels,
                            s.height, s.width, 1e-5, what);
      pack_winograd_backward(s, c.weight.data(), c.scale.data(), weights);
      const std::vector<float> back =
          run(set, {s.height, s.width, s.out_channels, s.in_channels},
              testing::stored<float>(c.gradient, s.out_channels, s.height, s.width, s.out_channels), weights);
      testing::expect_image(back, s.in_channels,
                            testing::transposed_by_definition(s, c.gradient, c.weight, c.scale), s.in_channels,
                            s.height, s.width, 1e-5, what + " transposed");
    }
  }
}

/// The gradient of the pixels: three channels, padded to sixteen.
TEST(Winograd, GivesTheTransposeToFewChannelsToo) {
  const testing::ConvCase c{{32, 32, 3, 16, 1}};
  Aligned<float> weights;
  pack_winograd_backward(c.sizes, c.weight.data(), c.scale.data(), weights);
  const std::vector<float> gradient = testing::stored<float>(c.gradient, 16, 32, 32, 16);
  const Winograd conv{32, 32, 16, 16};
  std::vector<float> raw(static_cast<std::size_t>(stored_pixels(32, 32) * 16));
  std::vector<float> scratch(static_cast<std::size_t>(winograd_scratch(conv)));
  ConvBuffers<float> memory{gradient.data(), weights.data()};
  memory.raw = raw.data();
  kernel_set(best_instruction_set()).winograd(conv, memory, scratch.data());
  testing::expect_image(raw, 16, testing::transposed_by_definition(c.sizes, c.gradient, c.weight, c.scale), 3, 32,
                        32, 1e-5, "pixels");
}

TEST(Winograd, IsLeftAloneWhereItsTilesDoNotFitOrDoNotPay) {
  EXPECT_FALSE(suits_winograd({32, 32, 16, 32, 2}, 16, 32));
  EXPECT_FALSE(suits_winograd({7, 8, 16, 16, 1}, 16, 16));
  EXPECT_FALSE(suits_winograd({8, 9, 16, 16, 1}, 16, 16));
  EXPECT_FALSE(suits_winograd({32, 32, 3, 16, 1}, 4, 16));
  EXPECT_FALSE(suits_winograd({2, 2, 64, 64, 1}, 64, 64));
}

/// Sums of 16 bits a place are exact in both, so what follows them has to be equal.
TEST(Winograd, IsFollowedByWhatFollowsAConvolution) {
  const testing::ConvCase c{{8, 8, 16, 16, 1}};
  const std::vector<float> in = testing::stored<float>(c.in, 16, 8, 8, 16), bias = testing::drawn(16, 4);
  const auto pixels = static_cast<std::size_t>(stored_pixels(8, 8));
  Aligned<float> weights, direct_weights, scratch(static_cast<std::size_t>(winograd_scratch({8, 8, 16, 16})));
  pack_winograd_forward(c.sizes, c.weight.data(), c.scale.data(), weights);
  pack_forward(c.sizes, c.weight.data(), c.scale.data(), direct_weights);
  for (InstructionSet set : supported_instruction_sets()) {
    std::vector<float> out(pixels * 16), expected(pixels * 16);
    std::vector<std::uint16_t> positive(pixels), expected_positive(pixels), keep(pixels, 0xf0f1);
    const auto memory = [&](const Aligned<float>& w, std::vector<float>& to, std::vector<std::uint16_t>& bits) {
      ConvBuffers<float> all{in.data(), w.data()};
      all.bias = bias.data();
      all.added = in.data();
      all.keep = keep.data();
      all.relu = true;
      all.positive = bits.data();
      all.out = to.data();
      return all;
    };
    kernel_set(set).winograd({8, 8, 16, 16}, memory(weights, out, positive), scratch.data());
    kernel_set(set).float32.conv3x3(forward_convolution(c.sizes),
                                    memory(direct_weights, expected, expected_positive));
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], expected[i], 1e-5) << to_text(set);
    EXPECT_EQ(positive, expected_positive) << to_text(set);
  }
}

}  // namespace
}  // namespace m2m::kernels

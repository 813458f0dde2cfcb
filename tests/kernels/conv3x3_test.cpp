#include "kernels/conv3x3.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/kernel_set.hpp"
#include "support/conv_cases.hpp"

namespace m2m::kernels {
namespace {

template <typename T>
void compare_with_definition(InstructionSet set, double tolerance) {
  for (const testing::ConvCase& c : testing::conv_cases()) {
    const ConvSizes& s = c.sizes;
    const std::string what = to_text(set) + " " + std::to_string(s.height) + "x" + std::to_string(s.width) + " " +
                             std::to_string(s.in_channels) + " to " + std::to_string(s.out_channels);
    Aligned<T> weights;
    pack_forward(s, c.weight.data(), c.scale.data(), weights);
    const Convolution forward = forward_convolution(s);
    const std::vector<T> in = testing::stored<T>(c.in, s.in_channels, s.height, s.width, forward.in_channels);
    std::vector<T> out(static_cast<std::size_t>(stored_pixels(s.out_height(), s.out_width()) * s.out_channels),
                       T{});
    ConvBuffers<T> memory{in.data(), weights.data()};
    memory.out = out.data();
    kernel_set(set).typed<T>().conv3x3(forward, memory);
    testing::expect_image(out, s.out_channels, testing::by_definition(s, c.in, c.weight, c.scale), s.out_channels,
                          s.out_height(), s.out_width(), tolerance, what);

    pack_backward(s, c.weight.data(), c.scale.data(), weights);
    const Convolution backward = backward_convolution(s);
    const std::vector<T> gradient =
        testing::stored<T>(c.gradient, s.out_channels, s.out_height(), s.out_width(), s.out_channels);
    std::vector<float> raw(static_cast<std::size_t>(stored_pixels(s.height, s.width) * backward.out_channels));
    ConvBuffers<T> back{gradient.data(), weights.data()};
    back.raw = raw.data();
    kernel_set(set).typed<T>().conv3x3(backward, back);
    testing::expect_image(raw, backward.out_channels,
                          testing::transposed_by_definition(s, c.gradient, c.weight, c.scale), s.in_channels,
                          s.height, s.width, 1e-5, what + " transposed");
  }
}

TEST(Conv3x3, IsItsDefinitionAndItsTransposeInFloat32WithEveryInstructionSet) {
  for (InstructionSet set : supported_instruction_sets()) compare_with_definition<float>(set, 1e-5);
}

TEST(Conv3x3, IsItsDefinitionAndItsTransposeInBfloat16WithEveryInstructionSet) {
  constexpr double half_a_step = 1.0 / 256;  // of what is stored
  for (InstructionSet set : supported_instruction_sets()) compare_with_definition<Bf16>(set, half_a_step);
}

/// A 1-to-16 convolution whose sums are the input itself times the channel's sign, so that what follows shows.
template <typename T>
struct Finished {
  static constexpr int width = 9;
  ConvSizes sizes{1, width, 2, 16, 1};
  std::vector<T> in, added, out;
  Aligned<T> weights;
  std::vector<float> bias = std::vector<float>(16, 0.25F);
  std::vector<std::uint16_t> positive, keep;

  Finished() {
    std::vector<float> weight(16 * 2 * 9, 0.0F);
    for (int o = 0; o < 16; ++o) weight[o * 18 + 4] = o % 2 == 0 ? 1 : -1;
    const std::vector<float> scale(16, 1.0F);
    pack_forward(sizes, weight.data(), scale.data(), weights);
    std::vector<float> image(2 * width);
    for (int x = 0; x < width; ++x) image[x] = static_cast<float>(x);
    in = testing::stored<T>(image, 2, 1, width, 2);
    const auto pixels = static_cast<std::size_t>(stored_pixels(1, width));
    added.assign(pixels * 16, T{});
    for (T& value : added) testing::assign(value, 0.5F);
    out.assign(pixels * 16, T{});
    positive.assign(pixels, 0);
    keep.assign(pixels, 0x00ff);
  }
  float at(int x, int channel) const { return testing::value_of(out[(width + 2 + x + 1) * 16 + channel]); }
  int mask(int x) const { return positive[width + 2 + x + 1]; }
};

template <typename T>
void expect_finish(InstructionSet set) {
  Finished<T> x;
  ConvBuffers<T> memory{x.in.data(), x.weights.data()};
  memory.bias = x.bias.data();
  memory.added = x.added.data();
  memory.relu = true;
  memory.positive = x.positive.data();
  memory.out = x.out.data();
  kernel_set(set).typed<T>().conv3x3(forward_convolution(x.sizes), memory);
  EXPECT_EQ(x.at(3, 0), 3.75F);
  EXPECT_EQ(x.at(3, 1), 0);
  EXPECT_EQ(x.at(0, 1), 0.75F);
  EXPECT_EQ(x.mask(3), 0x5555);
  EXPECT_EQ(x.mask(0), 0xffff);
  memory = {x.in.data(), x.weights.data()};
  memory.added = x.added.data();
  memory.keep = x.keep.data();
  memory.out = x.out.data();
  kernel_set(set).typed<T>().conv3x3(forward_convolution(x.sizes), memory);
  EXPECT_EQ(x.at(8, 6), 8.5F);
  EXPECT_EQ(x.at(8, 7), -7.5F);
  EXPECT_EQ(x.at(8, 8), 0);
  for (int channel = 0; channel < 16; ++channel)
    EXPECT_EQ(testing::value_of(x.out[channel]), 0) << "the border was written";
}

TEST(Conv3x3, AddsClampsMasksAndLeavesTheBorderAloneWithEveryInstructionSet) {
  for (InstructionSet set : supported_instruction_sets()) {
    SCOPED_TRACE(to_text(set));
    expect_finish<float>(set);
    expect_finish<Bf16>(set);
  }
}

TEST(Conv3x3, PassesANotANumberOn) {
  for (InstructionSet set : supported_instruction_sets()) {
    Finished<float> x;
    x.in[(Finished<float>::width + 2 + 1) * 2] = std::numeric_limits<float>::quiet_NaN();
    ConvBuffers<float> memory{x.in.data(), x.weights.data()};
    memory.relu = true;
    memory.out = x.out.data();
    kernel_set(set).float32.conv3x3(forward_convolution(x.sizes), memory);
    EXPECT_TRUE(std::isnan(x.at(0, 0))) << to_text(set);
  }
}

}  // namespace
}  // namespace m2m::kernels

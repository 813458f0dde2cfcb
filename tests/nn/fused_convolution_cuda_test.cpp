// Whether cuDNN's fused convolutions compute what the frozen networks' separate operations do: convolution, bias,
// ReLU, and the sum with a shortcut between them. They would save two kernels a layer; FoldedOperations does not
// use them before this has passed on a GPU.
#include <ATen/ops/cudnn_convolution_add_relu.h>
#include <ATen/ops/cudnn_convolution_relu.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "nn/device.hpp"
#include "support/test_device.hpp"

namespace m2m::nn {
namespace {

struct Shape {
  std::int64_t in, out, side, stride;
};

/// The layers of a ResNet-32 but for the first one.
const std::vector<Shape> shapes = {
    {16, 16, 32, 1}, {16, 32, 32, 2}, {32, 32, 16, 1}, {32, 64, 16, 2}, {64, 64, 8, 1}};

struct Layer {
  torch::Tensor x, weight, bias, shortcut;
};

Layer drawn(const Shape& shape, torch::Dtype precision) {
  torch::manual_seed(7);
  const auto last = [&](torch::IntArrayRef sizes) {
    return torch::randn(sizes).to(testing::test_device(), precision).contiguous(at::MemoryFormat::ChannelsLast);
  };
  const std::int64_t side = shape.side / shape.stride;
  return {last({76, shape.in, shape.side, shape.side}), last({shape.out, shape.in, 3, 3}),
          torch::randn({shape.out}).to(testing::test_device(), precision), last({76, shape.out, side, side})};
}

/// The largest difference over the largest value.
double worst(const torch::Tensor& ours, const torch::Tensor& expected) {
  return ((ours - expected).abs().max() / expected.abs().max()).item<double>();
}

class FusedConvolutionOnDevice : public ::testing::TestWithParam<torch::Dtype> {};

TEST_P(FusedConvolutionOnDevice, IsTheSeparateOperations) {
  if (!testing::test_device().is_cuda()) GTEST_SKIP() << "skipped: cuDNN computes on a GPU";
  allow_tf32(false);
  const double rounding = GetParam() == torch::kBFloat16 ? 0.02 : 1e-5;
  for (const Shape& shape : shapes) {
    SCOPED_TRACE(shape.in);
    const Layer layer = drawn(shape, GetParam());
    const std::vector<std::int64_t> stride = {shape.stride, shape.stride}, ones = {1, 1};
    const torch::Tensor plain = torch::conv2d(layer.x, layer.weight, layer.bias, shape.stride, 1);
    EXPECT_LT(
        worst(at::cudnn_convolution_relu(layer.x, layer.weight, layer.bias, stride, ones, ones, 1), plain.relu()),
        rounding);
    EXPECT_LT(worst(at::cudnn_convolution_add_relu(layer.x, layer.weight, layer.shortcut, 1.0, layer.bias, stride,
                                                   ones, ones, 1),
                    (plain + layer.shortcut).relu()),
              rounding);
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, FusedConvolutionOnDevice,
                         ::testing::Values(torch::kBFloat16, torch::kFloat32));

}  // namespace
}  // namespace m2m::nn

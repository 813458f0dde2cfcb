#include "nn/layers.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

namespace m2m::nn {
namespace {

struct Passed {
  torch::Tensor y, x, weight;
};

/// Forward and back; double by libtorch where there is no instruction set.
Passed pass(const torch::Tensor& x, const torch::Tensor& weight, int stride, std::optional<InstructionSet> set) {
  const torch::Dtype precision = set ? torch::kFloat32 : torch::kFloat64;
  torch::Tensor in = x.to(precision).detach().requires_grad_(true);
  torch::Tensor w = weight.to(precision).detach().requires_grad_(true);
  const torch::Tensor y = convolve3x3(in, w, stride, set);
  torch::manual_seed(4);
  y.backward(torch::randn(y.sizes()).to(precision));
  return {y.detach(), in.grad(), w.grad()};
}

double distance(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a.to(torch::kFloat64) - b.to(torch::kFloat64)).norm() / b.to(torch::kFloat64).norm()).item<double>();
}

TEST(Convolve3x3, IsLibtorchsWithItsGradientsWithEveryInstructionSet) {
  struct Case {
    int in, out, height, width, stride;
  };
  for (const Case& c : {Case{16, 16, 32, 32, 1}, Case{32, 32, 6, 10, 1}, Case{64, 64, 8, 8, 1},
                        Case{16, 32, 8, 8, 2}, Case{3, 16, 8, 8, 1}, Case{16, 16, 7, 7, 1}}) {
    const torch::Tensor x = torch::randn({3, c.in, c.height, c.width}), w = torch::randn({c.out, c.in, 3, 3});
    const Passed expected = pass(x, w, c.stride, std::nullopt);
    for (InstructionSet set : supported_instruction_sets()) {
      SCOPED_TRACE(to_text(set) + " " + std::to_string(c.in) + " channels of " + std::to_string(c.height));
      const Passed ours = pass(x, w, c.stride, set);
      EXPECT_LT(distance(ours.y, expected.y), 2e-6);
      EXPECT_LT(distance(ours.x, expected.x), 2e-6);
      EXPECT_LT(distance(ours.weight, expected.weight), 2e-6);
    }
  }
}

TEST(Convolve3x3, CarriesTheGradientOfBfloat16BackToFloat32Weights) {
  const torch::Tensor x = torch::randn({2, 16, 8, 8}).to(torch::kBFloat16);
  const torch::Tensor w = torch::randn({16, 16, 3, 3}).requires_grad_(true);
  const torch::Tensor y = convolve3x3(x, w, 1, best_instruction_set());
  EXPECT_EQ(y.scalar_type(), torch::kBFloat16);
  y.sum().backward();
  EXPECT_EQ(w.grad().scalar_type(), torch::kFloat32);
}

}  // namespace
}  // namespace m2m::nn

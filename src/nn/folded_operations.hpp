#pragma once
// A ResNet frozen by folding its batch norm into its convolutions, in libtorch's operations: on a GPU, and in
// float64.
#include <vector>

#include "nn/frozen_network.hpp"
#include "nn/resnet.hpp"

namespace m2m {

/// Forward and, without autograd, back to the pixels. Its folded weights stay where they are from refresh to
/// refresh, no operation waits for the device, and none depends on what was computed.
class FoldedOperations : public FrozenNetwork {
 public:
  explicit FoldedOperations(const ResNet& network);

  void refresh() override;
  torch::Tensor logits(const torch::Tensor& pixels) override;
  torch::Tensor remembered_logits(const torch::Tensor& pixels) override;
  torch::Tensor pixel_gradient(const torch::Tensor& logit_gradient) override;

 private:
  /// A convolution and the batch norm behind it; weight and bias in the precision of the arithmetic.
  struct Layer {
    torch::Tensor own_weight, gamma, beta, mean, variance;  // the network's own memory
    torch::Tensor weight, bias;
    int stride;
  };
  Layer layer(const ResNet& network, const std::string& convolution, const std::string& batch_norm,
              int stride) const;

  torch::Tensor run(const torch::Tensor& pixels, bool remember);

  torch::Dtype arithmetic_;
  torch::Tensor mean_, deviation_;  // [1, c, 1, 1]
  std::vector<Layer> layers_;       // the first convolution, then a and b of each block
  std::vector<bool> halves_;        // by block
  torch::Tensor linear_weight_, linear_bias_, own_linear_weight_, own_linear_bias_;
  torch::Tensor pixels_;               // those remembered
  std::vector<torch::Tensor> inputs_;  // of each layer, then the last layer's output
};

}  // namespace m2m

#pragma once
// A ResNet frozen by folding its batch norm into its convolutions, in libtorch's operations: on a GPU, and in
// float64.
#include <vector>

#include "nn/frozen_network.hpp"
#include "nn/resnet.hpp"
#include "nn/tensor_kernels.hpp"

namespace m2m::nn {

/// Forward and, without autograd, back to the pixels. The folded weights keep their address when refreshed, no
/// operation waits for the device, and none depends on a computed value.
class FoldedOperations : public FrozenNetwork {
 public:
  explicit FoldedOperations(const ResNet& network);

  torch::Tensor features(const torch::Tensor& pixels) override;

 protected:
  void refresh_features() override;
  torch::Tensor features_for_gradient(const torch::Tensor& pixels) override;
  torch::Tensor features_backward(const torch::Tensor& of_features) override;

 private:
  /// A convolution and the batch norm behind it; weight and bias in the precision of the arithmetic.
  struct Layer {
    torch::Tensor network_weight, gamma, beta, mean, variance;  // the network's memory
    torch::Tensor weight, bias;
    int stride;
  };
  Layer layer(const ResNet& network, const std::string& convolution, const std::string& batch_norm,
              int stride) const;
  FoldTable fold_table() const;

  torch::Tensor run(const torch::Tensor& pixels, bool remember);

  torch::Dtype precision_, arithmetic_;  // of the weights; of the convolutions
  torch::Tensor mean_, deviation_;       // [1, c, 1, 1]
  std::vector<Layer> layers_;            // the first convolution, then a and b of each block
  FoldTable table_;                      // of layers_, for refresh_features
  std::vector<bool> halves_;             // by block
  torch::Tensor pixels_;                 // of the last features_for_gradient
  std::vector<torch::Tensor> inputs_;    // of each layer, then the last layer's output
};

}  // namespace m2m::nn

#pragma once
// A ResNet frozen by folding its batch norm into its convolutions, run image by image in the project's own kernels.
#include <cstdint>
#include <vector>

#include "nn/folded_image.hpp"
#include "nn/frozen_network.hpp"

namespace m2m::nn {

/// T: float, or kernels::Bf16 for activations and weights (sums stay float32). Images are dealt to libtorch's
/// threads; each thread keeps an image in its cache through all layers.
template <typename T>
class FoldedResNet : public FrozenNetwork {
 public:
  FoldedResNet(const ResNet& network, InstructionSet set);

  torch::Tensor features(const torch::Tensor& pixels) override;

 protected:
  void refresh_features() override { layers_.refresh(); }
  torch::Tensor remembered_features(const torch::Tensor& pixels) override;
  torch::Tensor pixel_gradient_of_features(const torch::Tensor& gradient) override;

 private:
  torch::Tensor run(const torch::Tensor& pixels, std::uint16_t* masks);
  ImageRunner<T>& runner_of_this_thread();

  FoldedLayers<T> layers_;
  Normalisation normalisation_;
  InstructionSet set_;
  std::int64_t mask_words_;                               // of an image
  std::vector<std::unique_ptr<ImageRunner<T>>> runners_;  // one a thread, made when first needed
  std::vector<std::uint16_t> masks_;                      // of the images remembered
  torch::Tensor pixels_;                                  // those images
};

}  // namespace m2m::nn

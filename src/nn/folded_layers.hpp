#pragma once
// A ResNet's convolutions with batch norm folded in, packed for the kernels.
#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

#include "kernels/tile_conv.hpp"
#include "kernels/winograd.hpp"
#include "nn/resnet.hpp"

namespace m2m::nn {

/// One direction of a convolution, ready to run: by Winograd's tiles or by tile registers where one of these suits,
/// else as it is defined.
template <typename T>
struct PackedConv {
  kernels::Convolution direct;
  std::optional<kernels::Winograd> winograd;      // of float
  std::optional<kernels::TileConvolution> tiles;  // of Bf16
  kernels::Aligned<T> weights;                    // of the one that runs
};

/// y = W x + b with W = gamma / sqrt(variance + eps) * w and b = beta - gamma * mean / sqrt(variance + eps): a
/// convolution and the batch norm behind it, in evaluation mode. T: float or kernels::Bf16.
template <typename T>
class FoldedConv {
 public:
  FoldedConv(const Network& network, const std::string& convolution, const std::string& batch_norm,
             const kernels::ConvSizes& sizes, bool tiles);

  /// Folds and packs the weights as they are now.
  void refresh();

  kernels::ConvSizes sizes;
  PackedConv<T> forward, backward;
  std::vector<float> bias;  // [out_channels]

 private:
  torch::Tensor weight_, gamma_, beta_, mean_, variance_;  // the network's own memory
};

/// Two convolutions and the way round them; `halves`: shortcut A, else the input itself.
template <typename T>
struct FoldedBlock {
  FoldedConv<T> a, b;
  bool halves;
};

template <typename T>
class FoldedLayers {
 public:
  FoldedConv<T> first;
  std::vector<FoldedBlock<T>> blocks;

  /// tiles: Bf16 is convolved by tile registers.
  FoldedLayers(const ResNet& network, bool tiles);
  void refresh();
};

}  // namespace m2m::nn

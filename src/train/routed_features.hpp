#pragma once
// Features of batches that hold natural images and images of noise, with batch norm that keeps them apart.
#include <torch/types.h>

#include <memory>
#include <utility>

#include "methods/batch.hpp"
#include "nn/network.hpp"
#include "train/sgd.hpp"

namespace m2m::train {

/// The features of a batch by distribution-aware routing batch norm (DAR-BN): statistics over the natural images
/// normalise these, statistics over the images of noise those, with the same scale and shift. Running statistics
/// follow the natural images alone, and no gradient passes the normalisation of noise.
///
/// Zada, Benou, Irani, "Pure noise to the rescue of insufficient data: improving imbalanced classification by
/// training on random noise images", ICML 2022, as in the listing of its appendix. The two kinds of images meet in
/// no layer, so each goes through the network by itself. A batch norm follows every other layer of these networks
/// with weights, but not the head. So noise trains the head alone, and its pass through the features needs no
/// gradient.
class RoutedFeatures {
 public:
  explicit RoutedFeatures(std::shared_ptr<nn::Network> network)
      : network_(std::move(network)), statistics_(*network_) {}

  /// Returns the features of batch.images, [b, features]. Those of the network itself if the batch has no noise, or
  /// the network no batch norm. Collective in training if batch norm is over several ranks: then all ranks' batches
  /// have first_noise, or none has.
  torch::Tensor operator()(const methods::Batch& batch);

 private:
  torch::Tensor features_of_noise(const torch::Tensor& images);

  std::shared_ptr<nn::Network> network_;
  RunningStatistics statistics_;
};

}  // namespace m2m::train

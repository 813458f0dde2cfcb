#include "train/routed_features.hpp"

namespace m2m::train {

torch::Tensor RoutedFeatures::features_of_noise(const torch::Tensor& images) {
  const torch::NoGradGuard no_gradient;
  statistics_.save();
  torch::Tensor features = network_->features(images);
  statistics_.restore();
  return features;
}

torch::Tensor RoutedFeatures::operator()(const methods::Batch& batch) {
  if (!batch.first_noise || statistics_.empty()) return network_->features(batch.images);
  const torch::Tensor natural = batch.images.narrow(0, 0, *batch.first_noise);
  const torch::Tensor noise = batch.images.narrow(0, natural.size(0), batch.images.size(0) - natural.size(0));
  // A pass over no image is needed only if other ranks sum with this one.
  const bool is_collective = static_cast<bool>(network_->spec().sum_over_ranks);
  if (noise.size(0) == 0 && !is_collective) return network_->features(natural);
  // Noise first: autograd refuses changes of the running statistics that a pass with a gradient has read.
  torch::Tensor of_noise = features_of_noise(noise);
  if (natural.size(0) == 0 && !is_collective) return of_noise;
  return torch::cat({network_->features(natural), of_noise});
}

}  // namespace m2m::train

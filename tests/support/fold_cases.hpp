#pragma once
// A convolution with batch norm behind it, with numbers drawn at random, for tests of folding.
#include <cstddef>
#include <random>
#include <vector>

#include "kernels/fold_batch_norm.hpp"

namespace m2m::testing {

template <typename Real, typename Folded>
struct HostLayer {
  int out_channels = 67, in_channels = 5, taps = 9;  // more output channels than a launch has blocks a layer
  bool is_channels_last = false;
  std::vector<Real> weight, gamma, beta, mean, variance;
  std::vector<Folded> folded_weight, folded_bias;

  kernels::FoldLayer row() {
    return {weight.data(),      gamma.data(), beta.data(), mean.data(), variance.data(), folded_weight.data(),
            folded_bias.data(), out_channels, in_channels, taps,        is_channels_last};
  }
};

/// The same numbers whatever the order in which the weights are kept.
template <typename Real, typename Folded>
HostLayer<Real, Folded> drawn_layer(bool is_channels_last) {
  HostLayer<Real, Folded> layer;
  layer.is_channels_last = is_channels_last;
  std::mt19937 generator(3);
  std::uniform_real_distribution<double> uniform(0.1, 1.1);
  const auto draw = [&](std::size_t count) {
    std::vector<Real> values(count);
    for (Real& value : values) value = static_cast<Real>(uniform(generator));
    return values;
  };
  const auto out = static_cast<std::size_t>(layer.out_channels);
  for (auto* values : {&layer.gamma, &layer.beta, &layer.mean, &layer.variance}) *values = draw(out);
  const auto weights = static_cast<std::size_t>(layer.in_channels) * static_cast<std::size_t>(layer.taps);
  layer.weight = draw(out * weights);
  layer.folded_weight.resize(layer.weight.size());
  layer.folded_bias.resize(out);
  if (!is_channels_last) return layer;
  const std::vector<Real> planar = layer.weight;
  for (std::size_t i = 0; i < planar.size(); ++i) {
    const std::size_t channel = i / weights, in = i % weights / layer.taps, tap = i % layer.taps;
    layer.weight[channel * weights + tap * layer.in_channels + in] = planar[i];
  }
  return layer;
}

}  // namespace m2m::testing

#include "kernels/fused_weights.hpp"

namespace m2m::kernels {

namespace {

void write_bias(const PackLayer& layer) {
  if (layer.norm.gamma == nullptr) return;
  for (int out = 0; out < layer.out_channels; ++out) layer.norm.folded_bias[out] = folded_bias(layer.norm, out);
}

}  // namespace

void pack_weights(const PackLayer* layers, int count, Words4* forward, Words4* backward) {
  for (int i = 0; i < count; ++i) backward += packed_count(layers[i]);
  for (int i = 0; i < count; ++i) {
    const std::int64_t words = packed_count(layers[i]);
    backward -= words;
    for (std::int64_t at = 0; at < words; ++at) {
      forward[at] = forward_weights(layers[i], at);
      backward[at] = backward_weights(layers[i], at);
    }
    forward += words;
    write_bias(layers[i]);
  }
}

}  // namespace m2m::kernels

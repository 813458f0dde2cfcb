#include "kernels/weight_gradient_table.hpp"

namespace m2m::kernels {

void add_weight_gradients(const WeightGradientLayer* layers, int count, int n) {
  for (int i = 0; i < count; ++i) {
    const std::int64_t weights = part_weights(layers[i]);
    for (std::int64_t index = 0; index < weights; ++index) add_weight(layers[i], n, index);
  }
}

}  // namespace m2m::kernels

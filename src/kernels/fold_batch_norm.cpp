#include "kernels/fold_batch_norm.hpp"

#include <cmath>
#include <type_traits>

#include "kernels/storage.hpp"

namespace m2m::kernels {
namespace {

template <typename Folded, typename Real>
Folded rounded(Real value) {
  if constexpr (std::is_same_v<Folded, Bf16>) {
    return to_bf16(value);
  } else {
    return value;
  }
}

template <typename Real, typename Folded>
void fold_channel(Real epsilon, const FoldLayer& layer, std::int64_t channel) {
  const auto of_channel = [&](const void* values) { return static_cast<const Real*>(values)[channel]; };
  const Real scale = of_channel(layer.gamma) / std::sqrt(of_channel(layer.variance) + epsilon);
  static_cast<Folded*>(layer.folded_bias)[channel] =
      rounded<Folded>(of_channel(layer.beta) - scale * of_channel(layer.mean));
  const std::int64_t weights = std::int64_t{layer.in_channels} * layer.taps;
  const Real* from = static_cast<const Real*>(layer.weight) + channel * weights;
  Folded* to = static_cast<Folded*>(layer.folded_weight) + channel * weights;
  for (std::int64_t i = 0; i < weights; ++i) {
    const std::int64_t tap = i / layer.in_channels, in = i % layer.in_channels;
    to[i] = rounded<Folded>(from[layer.is_channels_last ? i : in * layer.taps + tap] * scale);
  }
}

}  // namespace

template <typename Real, typename Folded>
void fold_batch_norm(double epsilon, std::int64_t count, const FoldLayer* layers) {
  for (const FoldLayer* layer = layers; layer != layers + count; ++layer) {
    for (std::int64_t channel = 0; channel < layer->out_channels; ++channel) {
      fold_channel<Real, Folded>(static_cast<Real>(epsilon), *layer, channel);
    }
  }
}

template void fold_batch_norm<float, float>(double, std::int64_t, const FoldLayer*);
template void fold_batch_norm<float, Bf16>(double, std::int64_t, const FoldLayer*);
template void fold_batch_norm<double, double>(double, std::int64_t, const FoldLayer*);

}  // namespace m2m::kernels

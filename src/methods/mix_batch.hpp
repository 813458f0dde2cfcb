#pragma once
// Mixing pairs of samples, the tensors.
#include "methods/batch_editing.hpp"
#include "methods/losses.hpp"
#include "methods/mixing.hpp"

namespace m2m::methods {

/// Mixes a rank's share of a step in place.
///
/// partners: what stands opposite each of the batch's samples, [b, c, h, w]; their labels, int64 [b]; label_shares:
/// of the samples' own, [b]. Local.
struct Partners {
  torch::Tensor images, labels, label_shares;
};
void mix_batch(const StepMix& mix, const Partners& partners, Batch& batch);

/// share * loss with the own label + (1 - share) * loss with the partner's; the loss itself where nothing is mixed.
/// [b]
torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch);

}  // namespace m2m::methods

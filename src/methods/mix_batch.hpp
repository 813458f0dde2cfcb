#pragma once
// Mixing pairs of samples, the tensors.
#include "methods/batch_editing.hpp"
#include "methods/losses.hpp"
#include "methods/mixing.hpp"

namespace m2m {

/// Mixes a rank's share of a step in place.
///
/// partners: what stands opposite each of the batch's samples, [b, c, h, w], and their labels, int64 [b]. Local.
void mix_batch(const StepMix& mix, const torch::Tensor& partners, const torch::Tensor& partner_labels,
               Batch& batch);

/// share * loss with the own label + (1 - share) * loss with the partner's; the loss itself where nothing is mixed.
/// [b]
torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch);

}  // namespace m2m

#include "methods/mix_batch.hpp"

namespace m2m {

void mix_batch(const StepMix& mix, const torch::Tensor& partners, const torch::Tensor& partner_labels,
               Batch& batch) {
  const torch::NoGradGuard no_gradient;
  if (mix.box) {
    const auto inside = [&](const torch::Tensor& images) {
      return images.narrow(2, mix.box->top, mix.box->height).narrow(3, mix.box->left, mix.box->width);
    };
    inside(batch.images).copy_(inside(partners));
  } else {
    batch.images.mul_(mix.share).add_(partners, 1 - mix.share);
  }
  std::vector<double> shares;
  for (const std::int32_t slot : batch.slots) shares.push_back(mix.label_shares[slot]);
  batch.partner_labels = partner_labels;
  batch.label_shares = torch::tensor(shares, torch::kFloat64).to(batch.images.options());
}

torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch) {
  const torch::Tensor own = loss(outputs, batch.labels);
  if (!batch.partner_labels.defined()) return own;
  return batch.label_shares * own + (1 - batch.label_shares) * loss(outputs, batch.partner_labels);
}

}  // namespace m2m

#include "methods/mix_batch.hpp"

namespace m2m::methods {

void mix_batch(const StepMix& mix, const Partners& partners, Batch& batch) {
  const torch::NoGradGuard no_gradient;
  if (mix.box) {
    const auto inside = [&](const torch::Tensor& images) {
      return images.narrow(2, mix.box->top, mix.box->height).narrow(3, mix.box->left, mix.box->width);
    };
    inside(batch.images).copy_(inside(partners.images));
  } else {
    batch.images.mul_(mix.share).add_(partners.images, 1 - mix.share);
  }
  batch.partner_labels = partners.labels;
  batch.label_shares = partners.label_shares.to(batch.images.options());
}

torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch) {
  const torch::Tensor own = loss(outputs, batch.labels);
  if (!batch.partner_labels.defined()) return own;
  return batch.label_shares * own + (1 - batch.label_shares) * loss(outputs, batch.partner_labels);
}

}  // namespace m2m::methods

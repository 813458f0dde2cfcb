#include "train/step_pass.hpp"

#include "methods/mixing.hpp"

namespace m2m::train {
namespace {

/// The answer of a network: its outputs, or their mean over experts.
torch::Tensor answer(const torch::Tensor& outputs) {
  return outputs.dim() == 3 ? outputs.detach().mean(1) : outputs.detach();
}

}  // namespace

StepPass::Result AutogradStepPass::operator()(const methods::LossFn& loss, const methods::Batch& batch,
                                              std::size_t slots, Profile* profile, const MultiplyAdds& cost) {
  if (graphed_) {
    return timed(profile, ProfilePhase::forward, cost.forward + cost.backward, [&] {
      const auto results = recorded(
          loss, batch, slots)({batch.images, batch.labels, batch.partner_labels, batch.label_shares, batch.clouds});
      return Result{results[0], results[1]};
    });
  }
  torch::Tensor outputs, losses;
  timed(profile, ProfilePhase::forward, cost.forward, [&] {
    outputs = forward_(batch.images);
    losses = methods::mixed_loss(loss, outputs, batch);
  });
  timed(profile, ProfilePhase::backward, cost.backward,
        [&] { (losses.sum() / static_cast<double>(slots)).backward(); });
  return {answer(outputs), losses.detach()};
}

nn::GraphedCall& AutogradStepPass::recorded(const methods::LossFn& loss, const methods::Batch& batch,
                                            std::size_t slots) {
  std::unique_ptr<nn::GraphedCall>& call =
      calls_[{&loss, batch.images.size(0), slots, batch.partner_labels.defined()}];
  if (call == nullptr) {
    call = std::make_unique<nn::GraphedCall>([forward = forward_, loss, slots](const nn::GraphedCall::Tensors& in) {
      const methods::Batch inputs{in[0], in[1], {}, in[2], in[3], in[4]};
      const torch::Tensor outputs = forward(inputs.images);
      const torch::Tensor losses = methods::mixed_loss(loss, outputs, inputs);
      (losses.sum() / static_cast<double>(slots)).backward();
      return nn::GraphedCall::Tensors{answer(outputs), losses.detach()};
    });
  }
  return *call;
}

}  // namespace m2m::train

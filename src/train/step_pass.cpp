#include "train/step_pass.hpp"

#include <algorithm>

#include "methods/mixing.hpp"

namespace m2m::train {
namespace {

/// The answer of a network: its outputs, or their mean over experts.
torch::Tensor answer(const torch::Tensor& outputs) {
  return outputs.dim() == 3 ? outputs.detach().mean(1) : outputs.detach();
}

/// The scalar that a pass takes the gradient of, and the losses [b] that it reports.
struct Objective {
  torch::Tensor value, losses;
};

Objective objective(const methods::LossFn& loss, const AutogradStepPass::BatchTerm& term,
                    const torch::Tensor& outputs, const methods::Batch& batch, std::size_t slots) {
  const torch::Tensor losses = methods::mixed_loss(loss, outputs, batch);
  const torch::Tensor mean = losses.sum() / static_cast<double>(slots);
  if (!term) return {mean, losses.detach()};
  const torch::Tensor of_batch = term(outputs, batch.labels);
  return {mean + of_batch, (losses + of_batch).detach()};
}

}  // namespace

StepPass::Result AutogradStepPass::operator()(const methods::LossFn& loss, const methods::Batch& batch,
                                              std::size_t slots, Profile* profile, const MultiplyAdds& cost) {
  if (graphed_ && !batch.first_noise) {
    return timed(profile, ProfilePhase::forward, cost.forward + cost.backward, [&] {
      const auto results =
          recorded(loss, batch, slots)({batch.images, batch.labels, batch.partner_labels, batch.label_shares,
                                        batch.clouds, batch.partner_images, batch.replaced_features});
      return Result{results[0], results[1]};
    });
  }
  torch::Tensor outputs;
  Objective of_step;
  timed(profile, ProfilePhase::forward, cost.forward, [&] {
    outputs = forward_(batch);
    of_step = objective(loss, term_, outputs, batch, slots);
  });
  timed(profile, ProfilePhase::backward, cost.backward, [&] { of_step.value.backward(); });
  return {answer(outputs), of_step.losses};
}

std::int64_t AutogradStepPass::recordings() const {
  return std::count_if(calls_.begin(), calls_.end(), [](const auto& call) { return call.second->is_recorded(); });
}

nn::GraphedCall& AutogradStepPass::recorded(const methods::LossFn& loss, const methods::Batch& batch,
                                            std::size_t slots) {
  std::unique_ptr<nn::GraphedCall>& call =
      calls_[{&loss, batch.images.size(0), slots, batch.partner_labels.defined()}];
  if (call == nullptr) {
    call = std::make_unique<nn::GraphedCall>(
        [forward = forward_, term = term_, loss, slots](const nn::GraphedCall::Tensors& in) {
          const methods::Batch inputs{in[0], in[1], {}, in[2], in[3], in[4], in[5], in[6]};
          const torch::Tensor outputs = forward(inputs);
          const Objective of_step = objective(loss, term, outputs, inputs, slots);
          of_step.value.backward();
          return nn::GraphedCall::Tensors{answer(outputs), of_step.losses};
        });
  }
  return *call;
}

}  // namespace m2m::train

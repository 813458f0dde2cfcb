#pragma once
// The pass of a training step: from a batch to outputs, losses and gradients.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "core/profile.hpp"
#include "methods/batch.hpp"
#include "methods/losses.hpp"
#include "nn/device.hpp"

namespace m2m::train {

/// A pass of a batch through the network, forward and backward.
class StepPass {
 public:
  /// Outputs [b, K], of experts their mean, and losses [b] of a pass, detached; valid until the next pass. A term
  /// of the loss over the batch is added to each loss, so that their mean over all ranks is the loss of the step.
  struct Result {
    torch::Tensor outputs, losses;
  };
  /// Multiply-adds of the pass over the whole batch, for the profile.
  struct MultiplyAdds {
    double forward, backward;
  };

  StepPass() = default;
  StepPass(const StepPass&) = delete;
  StepPass& operator=(const StepPass&) = delete;
  virtual ~StepPass() = default;

  /// Adds the gradient of (sum of losses) / slots, and of the term over the batch if there is one, to that of the
  /// parameters.
  ///
  /// loss: one of a few that outlive this object. profile: times the phases unless it is null. Collective if the
  /// network's batch norm is, or the term.
  virtual Result operator()(const methods::LossFn& loss, const methods::Batch& batch, std::size_t slots,
                            Profile* profile, const MultiplyAdds& cost) = 0;
};

/// A pass by libtorch's automatic differentiation.
class AutogradStepPass : public StepPass {
 public:
  /// batch -> outputs [b, K], or of E experts [b, E, K]
  using Forward = std::function<torch::Tensor(const methods::Batch& batch)>;
  /// outputs, labels -> the term of the loss over the batch of all ranks, a scalar
  using BatchTerm = std::function<torch::Tensor(const torch::Tensor& outputs, const torch::Tensor& labels)>;

  /// term: of every loss; may be empty. graphed: the pass is recorded once per batch size and loss, and replayed;
  /// the profile then counts all of it as forward. A batch with noise, of which there are other numbers in each
  /// step, is not recorded. The tensors that `forward` reads must then stay where they are, and the trial must have
  /// one rank.
  AutogradStepPass(Forward forward, BatchTerm term, bool graphed)
      : forward_(std::move(forward)), term_(std::move(term)), graphed_(graphed) {}

  Result operator()(const methods::LossFn& loss, const methods::Batch& batch, std::size_t slots, Profile* profile,
                    const MultiplyAdds& cost) override;

  /// Number of recordings that later passes replay. Local.
  std::int64_t recordings() const;

 private:
  nn::GraphedCall& recorded(const methods::LossFn& loss, const methods::Batch& batch, std::size_t slots);

  Forward forward_;
  BatchTerm term_;
  bool graphed_;
  // loss, rows, slots, whether mixed
  using Kind = std::tuple<const methods::LossFn*, std::int64_t, std::size_t, bool>;
  std::map<Kind, std::unique_ptr<nn::GraphedCall>> calls_;
};

}  // namespace m2m::train

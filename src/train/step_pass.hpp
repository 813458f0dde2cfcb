#pragma once
// A training step's pass forward and back: from a batch to outputs, losses and gradients.
#include <functional>
#include <map>
#include <memory>
#include <tuple>

#include "core/profile.hpp"
#include "methods/batch.hpp"
#include "methods/losses.hpp"
#include "nn/device.hpp"

namespace m2m::train {

class StepPass {
 public:
  /// images [b, c, h, w] -> outputs [b, K]
  using Forward = std::function<torch::Tensor(const torch::Tensor& images)>;
  struct Result {
    torch::Tensor outputs, losses;  // [b, K] and [b], detached; until the next pass
  };
  struct MultiplyAdds {
    double forward, backward;
  };

  /// graphed: the pass is recorded once per batch size and loss, and replayed; else operation by operation. What
  /// `forward` reads must then stay where it is, and other ranks have no part in it.
  StepPass(Forward forward, bool graphed) : forward_(std::move(forward)), graphed_(graphed) {}

  /// Adds the gradient of (sum of losses) / slots to that of the parameters.
  ///
  /// loss: one of a few that live as long as this. profile: where the phases are timed, or nullptr; all of a
  /// recorded pass counts as forward. Collective where the network's batch norm is.
  Result operator()(const methods::LossFn& loss, const methods::Batch& batch, std::size_t slots, Profile* profile,
                    const MultiplyAdds& cost);

 private:
  nn::GraphedCall& recorded(const methods::LossFn& loss, const methods::Batch& batch, std::size_t slots);

  Forward forward_;
  bool graphed_;
  // loss, rows, slots, whether mixed
  using Kind = std::tuple<const methods::LossFn*, std::int64_t, std::size_t, bool>;
  std::map<Kind, std::unique_ptr<nn::GraphedCall>> calls_;
};

}  // namespace m2m::train

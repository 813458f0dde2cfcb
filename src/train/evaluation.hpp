#pragma once
// A network's answers on a part of the data.
#include <torch/types.h>

#include <functional>

#include "comm/tensors/communicator.hpp"
#include "core/metrics.hpp"
#include "train/loaded_data.hpp"

namespace m2m::train {

struct Evaluation {
  Confusion confusion;        // true label, predicted label
  std::vector<float> logits;  // [n, K], in the part's order
};

struct EvaluationSettings {
  std::int64_t batch = 500;
  torch::Dtype precision = torch::kFloat32;
  double logit_scale = 1;  // what the head's outputs are multiplied by to be logits
};

/// What a network answers: pixels [n, C, H, W] -> its head's outputs [n, K], which need hold until the next call
/// alone.
using Outputs = std::function<torch::Tensor(const torch::Tensor& pixels)>;

/// Asks about settings.batch images at a time, without augmentation.
///
/// An image's prediction is its largest logit, the lowest label on a tie. Collective: each rank asks its own
/// network about its share of the part, and each gets the whole answer. Deterministic.
Evaluation evaluate(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                    const EvaluationSettings& settings, comm::Communicator& ranks);

}  // namespace m2m::train

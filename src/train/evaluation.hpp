#pragma once
// The evaluation of a network on a part of the data, and the memory that the answers take.
#include <torch/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "comm/tensors/communicator.hpp"
#include "core/metrics.hpp"
#include "nn/download.hpp"
#include "train/loaded_data.hpp"

namespace m2m::train {

/// The answers of a network on a part of the data.
struct Evaluation {
  Confusion confusion;        // true label, predicted label
  std::vector<float> logits;  // [n, K], in the part's order
};

/// How images are passed to the network.
struct EvaluationSettings {
  std::int64_t batch = 500;
  torch::Dtype precision = torch::kFloat32;
  double logit_scale = 1;  // factor from the head's outputs to logits
};

/// Computes the head's outputs [n, K] of pixels [n, C, H, W]; they are valid until the next call.
using Outputs = std::function<torch::Tensor(const torch::Tensor& pixels)>;

/// An evaluation whose logits are on their way to the host.
class QueuedEvaluation {
 public:
  /// logits: float32 [n, K], on the device; labels: [n].
  QueuedEvaluation(const torch::Tensor& logits, std::vector<std::int32_t> labels)
      : logits_({logits}), labels_(std::move(labels)) {}

  /// Waits for the logits and counts the predictions: of an image the largest logit, the lowest label on a tie.
  Evaluation finish() const;

 private:
  nn::Download logits_;
  std::vector<std::int32_t> labels_;
};

/// Queues the evaluation of a network on a part of the data, settings.batch images at a time, without augmentation.
///
/// Collective: each rank evaluates its shard with its own network, and all ranks get the whole result. With one
/// rank it does not wait for the device. Deterministic.
QueuedEvaluation queue_evaluation(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                                  const EvaluationSettings& settings, comm::Communicator& ranks);

/// The same, finished.
Evaluation evaluate(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                    const EvaluationSettings& settings, comm::Communicator& ranks);

/// Returns the bytes of the confusion matrices (K x K) and logits (n x K) that a trial holds at once: of the best
/// epoch, of the last and of the one in evaluation, each of validation and test. Pure.
double record_bytes(const LoadedData& data);

/// Checks the memory of a trial's record and returns a sentence to log if it exceeds 1 GiB, "" otherwise. memory:
/// bytes of the machine, 0 if unknown. Throws Error (usage) if the record takes more. Pure.
std::string check_record_size(const LoadedData& data, double memory);

}  // namespace m2m::train

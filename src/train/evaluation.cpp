#include "train/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "data/epoch_plan.hpp"

namespace m2m::train {
namespace {

/// Fills rows [first, last) of `logits`.
void evaluate_rows(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                   const EvaluationSettings& settings, std::pair<std::int64_t, std::int64_t> rows,
                   torch::Tensor& logits) {
  for (std::int64_t first = rows.first; first < rows.second; first += settings.batch) {
    const std::int64_t size = std::min(settings.batch, rows.second - first);
    logits.narrow(0, first, size)
        .copy_(settings.logit_scale * outputs(gather_rows(data, part, first, size, settings.precision)));
  }
}

}  // namespace

Evaluation evaluate(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                    const EvaluationSettings& settings, comm::Communicator& ranks) {
  const int classes = data.set.classes;
  const std::vector<std::int32_t> labels = pool_labels(data, part);
  const auto count = static_cast<std::int64_t>(labels.size());
  // Zeros where other ranks answer: the sum over the ranks is then exact.
  torch::Tensor logits =
      torch::zeros({count, classes}, torch::TensorOptions(torch::kFloat32).device(data.samples.front().device()));
  evaluate_rows(outputs, data, part, settings, data::shard_range(count, ranks.rank(), ranks.size()), logits);
  ranks.all_reduce_sum(logits);
  logits = logits.cpu();
  const float* values = logits.const_data_ptr<float>();
  std::vector<float> kept(values, values + logits.numel());
  Confusion confusion = confusion_from_logits(kept, labels, classes);
  return {std::move(confusion), std::move(kept)};
}

}  // namespace m2m::train

#include "train/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "data/epoch_plan.hpp"

namespace m2m::train {
namespace {

/// Computes rows [first, last) of `logits`.
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

Evaluation QueuedEvaluation::finish() const {
  const torch::Tensor& logits = logits_.wait().front();
  const auto* values = logits.const_data_ptr<float>();
  std::vector<float> copied(values, values + logits.numel());
  Confusion confusion = confusion_from_logits(copied, labels_, static_cast<int>(logits.size(1)));
  return {std::move(confusion), std::move(copied)};
}

QueuedEvaluation queue_evaluation(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                                  const EvaluationSettings& settings, comm::Communicator& ranks) {
  const int classes = data.set.classes;
  std::vector<std::int32_t> labels = pool_labels(data, part);
  const auto count = static_cast<std::int64_t>(labels.size());
  // The rows of other ranks are zero, so the sum over the ranks is exact.
  torch::Tensor logits =
      torch::zeros({count, classes}, torch::TensorOptions(torch::kFloat32).device(data.samples.front().device()));
  evaluate_rows(outputs, data, part, settings, data::shard_range(count, ranks.rank(), ranks.size()), logits);
  ranks.all_reduce_sum(logits);
  return {logits, std::move(labels)};
}

Evaluation evaluate(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                    const EvaluationSettings& settings, comm::Communicator& ranks) {
  return queue_evaluation(outputs, data, part, settings, ranks).finish();
}

namespace {

constexpr double snapshots_in_memory = 3;  // best epoch, last epoch, epoch in evaluation
constexpr double min_logged_bytes = 1024.0 * 1024 * 1024;

double part_bytes(const data::PoolRows& part, double classes) {
  if (part.rows.empty()) return 0;
  return classes * classes * sizeof(std::int64_t) + static_cast<double>(part.rows.size()) * classes * sizeof(float);
}

}  // namespace

double record_bytes(const LoadedData& data) {
  const auto classes = static_cast<double>(data.set.classes);
  return snapshots_in_memory * (part_bytes(data.split.validation, classes) + part_bytes(data.split.test, classes));
}

std::string check_record_size(const LoadedData& data, double memory) {
  const double bytes = record_bytes(data);
  const std::string size =
      fmt::format("{}: confusion matrices and logits of {} classes take {:.1f} GB of a trial's memory",
                  data.set.name, data.set.classes, bytes / 1e9);
  if (memory > 0 && bytes > memory) {
    throw usage_error(fmt::format(
        "{}, but this machine has {:.1f} GB; join classes, or use a machine with more memory", size, memory / 1e9));
  }
  return bytes > min_logged_bytes ? size + ", beside its network and data" : "";
}

}  // namespace m2m::train

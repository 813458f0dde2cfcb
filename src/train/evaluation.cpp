#include "train/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "data/epoch_plan.hpp"

namespace m2m::train {
namespace {

/// Fills rows [first, last) of `logits`.
void answer(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
            const EvaluationSettings& settings, std::pair<std::int64_t, std::int64_t> rows, torch::Tensor& logits) {
  for (std::int64_t first = rows.first; first < rows.second; first += settings.batch) {
    const std::int64_t size = std::min(settings.batch, rows.second - first);
    logits.narrow(0, first, size)
        .copy_(settings.logit_scale * outputs(gather_part(data, part, first, size, settings.precision)));
  }
}

}  // namespace

Evaluation evaluate(const Outputs& outputs, const LoadedData& data, const data::PoolRows& part,
                    const EvaluationSettings& settings, comm::Communicator& ranks) {
  const int classes = data.set.classes;
  const std::vector<std::int32_t> labels = part_labels(data, part);
  const auto count = static_cast<std::int64_t>(labels.size());
  // Zeros where other ranks answer: the sum over the ranks is then exact.
  torch::Tensor logits =
      torch::zeros({count, classes}, torch::TensorOptions(torch::kFloat32).device(data.samples.front().device()));
  answer(outputs, data, part, settings, data::shard_range(count, ranks.rank(), ranks.size()), logits);
  ranks.all_reduce_sum(logits);
  logits = logits.cpu();
  const float* values = logits.const_data_ptr<float>();
  std::vector<float> kept(values, values + logits.numel());
  Confusion confusion = confusion_from_logits(kept, labels, classes);
  return {std::move(confusion), std::move(kept)};
}

}  // namespace m2m::train

namespace m2m::stages {
namespace {

constexpr double epochs_held = 3;  // the best, the last, the one that is evaluated
constexpr double worth_saying = 1024.0 * 1024 * 1024;

double part_bytes(const data::PoolRows& part, double classes) {
  if (part.rows.empty()) return 0;
  return classes * classes * sizeof(std::int64_t) + static_cast<double>(part.rows.size()) * classes * sizeof(float);
}

}  // namespace

double record_bytes(const train::LoadedData& data) {
  const auto classes = static_cast<double>(data.set.classes);
  return epochs_held * (part_bytes(data.split.validation, classes) + part_bytes(data.split.test, classes));
}

std::string checked_record_size(const train::LoadedData& data, double memory) {
  const double bytes = record_bytes(data);
  const std::string size =
      fmt::format("{}: confusion matrices and logits of {} classes take {:.1f} GB of a trial's memory",
                  data.set.name, data.set.classes, bytes / 1e9);
  if (memory > 0 && bytes > memory) {
    throw usage_error(
        fmt::format("{}, and this machine has {:.1f} GB: join classes, or run it on a machine with more memory",
                    size, memory / 1e9));
  }
  return bytes > worth_saying ? size + ", beside its network and data" : "";
}

}  // namespace m2m::stages

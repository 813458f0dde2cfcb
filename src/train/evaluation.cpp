#include "train/evaluation.hpp"

#include <algorithm>

namespace m2m {

Evaluation evaluate(FrozenNetwork& network, const LoadedData& data, const Part& part, std::int64_t batch,
                    torch::Dtype precision) {
  const int classes = data.set.classes;
  const std::vector<std::int32_t> labels = part_labels(data, part);
  const auto count = static_cast<std::int64_t>(labels.size());
  Evaluation result{Confusion(classes), {}};
  result.logits.reserve(labels.size() * classes);
  for (std::int64_t first = 0; first < count; first += batch) {
    const std::int64_t size = std::min(batch, count - first);
    const torch::Tensor images = gather_part(data, part, first, size, precision);
    const torch::Tensor logits = network.logits(images).to(torch::kCPU, torch::kFloat32).contiguous();
    const float* values = logits.data_ptr<float>();
    for (std::int64_t i = 0; i < size; ++i) {
      const float* row = values + i * classes;
      ++result.confusion.at(labels[first + i], static_cast<int>(std::max_element(row, row + classes) - row));
    }
    result.logits.insert(result.logits.end(), values, values + size * classes);
  }
  return result;
}

}  // namespace m2m

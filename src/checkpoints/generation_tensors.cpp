#include "checkpoints/generation_tensors.hpp"

#include <algorithm>
#include <stdexcept>

namespace m2m::checkpoints {

using results::GenerationCounts;
using results::Outcome;

namespace {

constexpr std::int64_t columns = 2 + results::outcome_count;

torch::Tensor on_host(const torch::Tensor& tensor, std::int64_t size) {
  if (tensor.numel() != size) throw std::out_of_range("generation counts of another size");
  return tensor.to(torch::kCPU, torch::kInt64).contiguous();
}

}  // namespace

torch::Tensor tensor_of(const GenerationCounts& counts) {
  torch::Tensor rows = torch::empty({static_cast<std::int64_t>(counts.cells.size()), columns}, torch::kInt64);
  auto* to = rows.data_ptr<std::int64_t>();
  for (const auto& [pair, slots] : counts.cells) {
    *to++ = pair.first;
    *to++ = pair.second;
    to = std::copy(slots.begin(), slots.end(), to);
  }
  return rows;
}

GenerationCounts generation_of(const torch::Tensor& rows, int classes) {
  if (rows.dim() != 2 || rows.size(1) != columns) throw std::out_of_range("generation counts of another shape");
  const torch::Tensor host = on_host(rows, rows.numel());
  GenerationCounts counts(classes);
  const auto* from = host.const_data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < rows.size(0); ++row, from += columns) {
    if (from[0] < 0 || from[0] >= classes || from[1] < 0 || from[1] >= classes) {
      throw std::out_of_range("generation counts of a class that is not there");
    }
    const results::ClassPair pair{static_cast<std::int32_t>(from[0]), static_cast<std::int32_t>(from[1])};
    std::copy_n(from + 2, results::outcome_count, counts.cells[pair].begin());
  }
  return counts;
}

GenerationCounts generation_of_dense(const torch::Tensor& planned, const torch::Tensor& accepted, int classes) {
  const std::int64_t pairs = std::int64_t{classes} * classes;
  const torch::Tensor all =
      on_host(planned, results::outcome_count * pairs).view({results::outcome_count, pairs}).clone();
  all[static_cast<std::int64_t>(Outcome::accepted)] = on_host(accepted, pairs).view({pairs});
  const torch::Tensor rows = all.ne(0).any(0).nonzero().squeeze(1);
  const torch::Tensor sparse = torch::cat({rows.floor_divide(classes).unsqueeze(1),
                                           rows.remainder(classes).unsqueeze(1), all.index_select(1, rows).t()},
                                          1);
  GenerationCounts counts = generation_of(sparse, classes);
  derive_failed_gamma(counts);
  return counts;
}

void derive_failed_gamma(GenerationCounts& counts) {
  const auto of = [](results::OutcomeCounts& slots, Outcome outcome) -> std::int64_t& {
    return slots[static_cast<std::size_t>(outcome)];
  };
  for (auto& [pair, slots] : counts.cells) {
    of(slots, Outcome::failed_gamma) =
        of(slots, Outcome::chosen) - of(slots, Outcome::failed_coin) - of(slots, Outcome::accepted);
  }
}

}  // namespace m2m::checkpoints

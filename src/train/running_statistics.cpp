#include "train/running_statistics.hpp"

namespace m2m::train {

RunningStatistics::RunningStatistics(const nn::Network& network) {
  for (const auto& item : network.named_buffers()) {
    if (item.value().is_floating_point()) statistics_.push_back(item.value());
  }
}

void RunningStatistics::average(comm::Communicator& ranks) {
  if (statistics_.empty()) return;
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& each : statistics_) flat.push_back(each.flatten());
  torch::Tensor all = torch::cat(flat);
  ranks.all_reduce_sum(all);
  all /= ranks.size();
  std::int64_t first = 0;
  for (torch::Tensor& each : statistics_) {
    each.copy_(all.narrow(0, first, each.numel()).view(each.sizes()));
    first += each.numel();
  }
}

}  // namespace m2m::train

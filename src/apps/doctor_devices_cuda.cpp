// Checks the GPUs that a rank sees, and NCCL between the ranks.
#include <fmt/format.h>
#include <torch/types.h>

#include "apps/doctor_checks.hpp"
#include "comm/tensors/nccl_communicator.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "nn/device.hpp"

namespace m2m::apps {
namespace {

Finding visible(int gpus, const comm::HostRanks& share) {
  if (!nn::gpu_trouble().empty())
    return {"GPU", Health::error, nn::gpu_trouble(), "until then: train.device = cpu"};
  if (gpus == 0) {
    return {"GPU", Health::warning, "none visible",
            "check nvidia-smi and CUDA_VISIBLE_DEVICES; ranks train on cores"};
  }
  const std::string text = fmt::format("{} visible, this rank takes number {}", gpus, share.local_rank % gpus);
  if (share.ranks <= gpus) return {"GPU", Health::ok, text, ""};
  return {"GPU", Health::warning, fmt::format("{}; {} share them", text, count_text(share.ranks, "rank")),
          "one rank per GPU is the usual choice"};
}

Finding nccl(const comm::Group& all_ranks, int device) {
  const std::string name = "version " + comm::nccl_version();
  if (all_ranks.size() == 1) return {"NCCL", Health::ok, name, ""};
  try {
    const torch::Device gpu(torch::kCUDA, static_cast<c10::DeviceIndex>(device));
    torch::Tensor ones = torch::ones({1024}, torch::TensorOptions(gpu));
    comm::nccl_communicator(all_ranks, gpu, std::chrono::seconds(3))->all_reduce_sum(ones);
    const double sum = ones.sum().item<double>();
    const bool is_right = sum == 1024.0 * all_ranks.size();
    if (!is_right) throw internal_error(fmt::format("a sum over the ranks came to {} instead", sum));
    return {"NCCL", Health::ok, fmt::format("{}, adds up over {}", name, count_text(all_ranks.size(), "rank")), ""};
  } catch (const std::exception& error) {
    return {"NCCL", Health::error, fmt::format("{}: {}", name, error.what()),
            "NCCL_DEBUG=INFO shows why; several ranks on one GPU cannot use it"};
  }
}

}  // namespace

std::vector<Finding> check_devices(const comm::Group& all_ranks, const comm::HostRanks& share) {
  const int gpus = nn::gpu_count();
  std::vector<Finding> findings = {visible(gpus, share)};
  // NCCL allows one rank per GPU, on every host.
  if (!all_ranks.any(gpus == 0 || !nn::gpu_trouble().empty() || share.ranks > gpus))
    findings.push_back(nccl(all_ranks, share.local_rank % gpus));
  return findings;
}

}  // namespace m2m::apps

// m2m-bench collectives: times the sums over ranks, by size.
#include <fmt/format.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <chrono>
#include <cstdio>

#include "bench/bench_commands.hpp"
#include "comm/messages/collectives.hpp"
#include "comm/tensors/communicator.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "nn/device.hpp"

namespace m2m::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Size {
  const char* what;
  std::int64_t values;
  int iterations;
};
constexpr Size sizes[] = {{"256 B", 64, 200},
                          {"4 KiB", 1024, 200},
                          {"64 KiB", 16384, 100},
                          {"1 MiB", 262144, 50},
                          {"gradient of ResNet-32", 464154, 50},
                          {"16 MiB", 4194304, 10}};

struct Sums {
  double seconds = 0;  // of one sum, by the slowest rank
  bool right = false;
};

double max_seconds(double mine, comm::Communicator& ranks, torch::Device device) {
  torch::Tensor seconds = torch::zeros({ranks.size()}, torch::TensorOptions(torch::kFloat64).device(device));
  seconds[ranks.rank()] = mine;
  ranks.all_reduce_sum(seconds);
  return seconds.max().item<double>();
}

void synchronize(torch::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

Sums time_sums(const Size& size, comm::Communicator& ranks, torch::Device device) {
  torch::Tensor values = torch::ones({size.values}, torch::TensorOptions(torch::kFloat32).device(device));
  ranks.all_reduce_sum(values);  // the first sum opens connections
  const bool right = values.eq(static_cast<double>(ranks.size())).all().item<bool>();
  values.fill_(0);  // so that repeated sums do not overflow
  ranks.any(false);
  synchronize(device);
  const auto begin = Clock::now();
  for (int i = 0; i < size.iterations; ++i) ranks.all_reduce_sum(values);
  synchronize(device);
  const std::chrono::duration<double> local = Clock::now() - begin;
  return {max_seconds(local.count(), ranks, device) / size.iterations, right};
}

torch::Device trial_device(const comm::Group& job, const comm::HostRanks& share) {
  const int gpus = nn::gpu_count();
  if (job.any(share.ranks > gpus)) return torch::kCPU;
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(share.local_rank)};
}

}  // namespace

int time_collectives(int& argc, char**& argv, const CollectivesSettings& settings, const Json& machine) {
  const comm::Session session(argc, argv);
  const comm::Group job(session, 0);
  const torch::Device device = trial_device(job, comm::host_ranks(session));
  const auto ranks = comm::make_communicator(job, device);
  Json report = {{"machine", machine}, {"ranks", ranks->size()}, {"by", device.is_cuda() ? "NCCL" : "MPI"}};
  std::string table =
      fmt::format("{}, by {}\n{:<22} {:>10} {:>12} {:>14}\n", count_text(ranks->size(), "rank"),
                  device.is_cuda() ? "NCCL" : "MPI", "sum of float32", "times", "one, us", "bus, GB/s");
  int wrong = 0;
  for (const Size& size : sizes) {
    const Sums sums = time_sums(size, *ranks, device);
    const double share = 2.0 * (ranks->size() - 1) / ranks->size();
    const double bandwidth = share * 4.0 * static_cast<double>(size.values) / sums.seconds;
    wrong += sums.right ? 0 : 1;
    table += fmt::format("{:<22} {:>10} {:>12.1f} {:>14}\n", size.what, size.iterations, 1e6 * sums.seconds,
                         sums.right ? fmt::format("{:.2f}", bandwidth / 1e9) : "WRONG");
    report["sums"].push_back({{"values", size.values},
                              {"iterations", size.iterations},
                              {"seconds", sums.seconds},
                              {"bus_bytes_per_second", bandwidth},
                              {"right", sums.right}});
  }
  if (session.rank() == 0) {
    std::fputs(table.c_str(), stdout);
    if (!settings.json.empty()) write_file(settings.json, report.dump(2) + "\n");
  }
  return wrong;
}

}  // namespace m2m::bench

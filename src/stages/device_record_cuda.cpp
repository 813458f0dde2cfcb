// Records the GPU, its driver and its libraries as provenance.
#include <ATen/cuda/CUDAContext.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <cuda_runtime.h>
#include <fmt/format.h>

#include <fstream>

#include "comm/tensors/nccl_communicator.hpp"
#include "stages/runner.hpp"

namespace m2m::stages {
namespace {

std::string driver() {
  std::ifstream file("/proc/driver/nvidia/version");
  std::string line;
  std::getline(file, line);
  return driver_release(line);
}

}  // namespace

Json device_record(torch::Device device) {
  if (!device.is_cuda()) return Json::object();
  const cudaDeviceProp& properties = *at::cuda::getDeviceProperties(device.index());
  Json record = {{"gpu", properties.name},
                 {"gpu_memory", properties.totalGlobalMem},
                 {"compute_capability", fmt::format("{}.{}", properties.major, properties.minor)},
                 {"cuda", fmt::format("{}.{}", CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10)},
                 {"cudnn", version_text(at::detail::getCUDAHooks().versionCuDNN())},
                 {"nccl", comm::nccl_version()}};
  if (const std::string release = driver(); !release.empty()) record["driver"] = release;
  return record;
}

}  // namespace m2m::stages

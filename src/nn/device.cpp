#include "nn/device.hpp"

#include <ATen/Context.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include <cstring>
#include <mutex>
#include <optional>

namespace m2m::nn {
namespace {

constexpr std::size_t alignment = 16;  // of each slice: enough for every type

}  // namespace

int gpu_count() {
  gpu_trouble();  // first: it sets what CUDA reads when it starts
  return torch::cuda::is_available() ? torch::cuda::device_count() : 0;
}

GraphedCall::Tensors GraphedCall::operator()(const Tensors& inputs, int times) {
  const bool is_first = !called_;
  load(inputs);
  called_ = true;
  if (is_first) {
    for (int i = 0; i < times; ++i) outputs_ = function_(inputs_);
    return outputs_;
  }
  if (!graph_.is_recorded()) {
    graph_.record([this] { outputs_ = function_(inputs_); });
  }
  for (int i = 0; i < times; ++i) graph_.replay();
  return outputs_;
}

void GraphedCall::load(const Tensors& inputs) {
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!called_) {
      inputs_.push_back(inputs[i].defined() ? inputs[i].clone() : inputs[i]);
    } else if (inputs[i].defined()) {
      inputs_[i].copy_(inputs[i]);
    }
  }
}

UploadSlice Upload::add_bytes(std::span<const std::byte> bytes, torch::Dtype type) {
  staged_.resize((staged_.size() + alignment - 1) / alignment * alignment);
  const UploadSlice slice{static_cast<std::int64_t>(staged_.size()), static_cast<std::int64_t>(bytes.size()), type};
  staged_.insert(staged_.end(), bytes.begin(), bytes.end());
  return slice;
}

void Upload::send(torch::Device device) {
  const auto pinned =
      torch::TensorOptions(torch::kUInt8).pinned_memory(device.is_cuda());  // otherwise the host would wait
  const torch::Tensor host = torch::empty({static_cast<std::int64_t>(staged_.size())}, pinned);
  if (!staged_.empty()) std::memcpy(host.data_ptr(), staged_.data(), staged_.size());
  sent_ = host.to(device, /*non_blocking=*/true);
  staged_ = {};
}

torch::Tensor Upload::operator[](const UploadSlice& slice) const {
  return sent_.narrow(0, slice.offset, slice.bytes).view(slice.type);
}

void allow_tf32(bool allowed) {
  static std::mutex mutex;
  static std::optional<bool> set;
  const std::lock_guard guard(mutex);
  if (set == allowed) return;  // others may be reading it: write only what changes
  at::globalContext().setAllowTF32CuDNN(allowed);
  at::globalContext().setAllowTF32CuBLAS(allowed);
  set = allowed;
}

std::string driver_trouble(int driver, int runtime) {
  if (driver == 0 || driver / 1000 >= runtime / 1000) return "";
  return fmt::format("the NVIDIA driver supports CUDA {}.{}, but this build needs CUDA {}: install a newer driver",
                     driver / 1000, driver % 1000 / 10, runtime / 1000);
}

std::string architecture_trouble(const std::string& gpu, int major, int minor) {
  return fmt::format(
      "this build has no code for a {} (compute capability {}.{}): build with -DCMAKE_CUDA_ARCHITECTURES={}{}", gpu,
      major, minor, major, minor);
}

}  // namespace m2m::nn

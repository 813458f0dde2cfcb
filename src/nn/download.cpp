#include "nn/download.hpp"

#include <c10/core/impl/VirtualGuardImpl.h>

namespace m2m::nn {

Download::Download(const std::vector<torch::Tensor>& tensors) {
  const torch::NoGradGuard no_gradient;
  for (const torch::Tensor& tensor : tensors) {
    const auto on_host = tensor.options().device(torch::kCPU).pinned_memory(tensor.is_cuda());
    copies_.push_back(torch::empty(tensor.sizes(), on_host).copy_(tensor, /*non_blocking=*/true));
  }
  if (tensors.empty() || !tensors.front().is_cuda()) return;
  const c10::DeviceType gpu = tensors.front().device().type();
  done_.emplace(gpu);
  done_->record(c10::impl::VirtualGuardImpl(gpu).getStream(tensors.front().device()));
}

const std::vector<torch::Tensor>& Download::wait() const {
  if (done_) done_->synchronize();
  return copies_;
}

}  // namespace m2m::nn

#pragma once
// Copies from a device to the host that the host does not wait for until it reads them.
#include <c10/core/Event.h>
#include <torch/types.h>

#include <optional>
#include <vector>

namespace m2m::nn {

/// Copies of tensors in host memory, for which the host waits only when it reads them.
class Download {
 public:
  /// Queues the copies; from a GPU on the current stream, so that later work there may overwrite the tensors.
  explicit Download(const std::vector<torch::Tensor>& tensors);

  /// Returns the copies, in the order of the tensors. Waits for them, but not for what was queued after them.
  /// Throws c10::Error if the work of the device has failed.
  const std::vector<torch::Tensor>& wait() const;

 private:
  std::vector<torch::Tensor> copies_;
  std::optional<c10::Event> done_;  // of a GPU
};

}  // namespace m2m::nn

#pragma once
// A thread that watches an NCCL communicator; for dist/tensors alone.
#include <c10/core/Device.h>
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace m2m::comm {

/// Throws Error (input_output) with NCCL's own words where `code` is not ncclSuccess.
void check_nccl(ncclResult_t code, const char* action);
/// The same for the CUDA runtime.
void check_cuda(cudaError_t code, const char* action);

/// Aborts `communicator` where it reports an error or a sum does not end within `limit`.
class NcclWatch {
 public:
  NcclWatch(ncclComm_t communicator, c10::Device device, std::chrono::seconds limit);
  ~NcclWatch();
  NcclWatch(const NcclWatch&) = delete;
  NcclWatch& operator=(const NcclWatch&) = delete;

  /// A sum has been queued on `stream`.
  void queued(cudaStream_t stream);
  /// Throws Error (input_output) once the communicator was aborted.
  void check() const;
  bool aborted() const { return aborted_; }

 private:
  void watch();
  void look();
  void abort(const std::string& why);

  ncclComm_t communicator_;
  c10::Device device_;
  std::chrono::seconds limit_;
  mutable std::mutex mutex_;
  std::condition_variable leave_now_;
  cudaEvent_t event_ = nullptr;
  bool waits_ = false;  // for event_
  std::chrono::steady_clock::time_point queued_;
  std::string why_;
  std::atomic<bool> aborted_ = false;
  bool leave_ = false;
  std::thread thread_;
};

}  // namespace m2m::comm

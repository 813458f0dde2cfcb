#include "comm/tensors/nccl_watch.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace m2m::comm {

void check_nccl(ncclResult_t code, const char* action) {
  if (code == ncclSuccess) return;
  throw io_error(fmt::format("{} failed between the GPUs (NCCL: {}); run the same command again to resume", action,
                             ncclGetErrorString(code)));
}

void check_cuda(cudaError_t code, const char* action) {
  if (code == cudaSuccess) return;
  throw io_error(fmt::format("{} failed on the GPU (CUDA: {}); run the same command again to resume", action,
                             cudaGetErrorString(code)));
}

NcclWatch::NcclWatch(ncclComm_t communicator, c10::Device device, std::chrono::seconds limit)
    : communicator_(communicator), device_(device), limit_(limit) {
  check_cuda(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "making an event");
  thread_ = std::thread([this] { watch(); });
}

NcclWatch::~NcclWatch() {
  {
    const std::lock_guard lock(mutex_);
    leave_ = true;
  }
  leave_now_.notify_all();
  thread_.join();
  cudaEventDestroy(event_);
}

void NcclWatch::queued(cudaStream_t stream) {
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  check_cuda(cudaStreamIsCapturing(stream, &capture), "looking at a stream");
  const std::lock_guard lock(mutex_);
  // One event is enough: while it has not come, what was queued later has not either. A capture runs nothing.
  if (waits_ || capture != cudaStreamCaptureStatusNone) return;
  check_cuda(cudaEventRecord(event_, stream), "recording an event");
  queued_ = std::chrono::steady_clock::now();
  waits_ = true;
}

void NcclWatch::check() const {
  if (!aborted_) return;
  const std::lock_guard lock(mutex_);
  throw io_error(
      fmt::format("adding up over the GPUs of a trial was given up: {}; run the same command again to "
                  "resume",
                  why_));
}

void NcclWatch::watch() {
  cudaSetDevice(device_.index());
  std::unique_lock lock(mutex_);
  while (!leave_ && !aborted_) {
    look();
    leave_now_.wait_for(lock, std::chrono::milliseconds(100));
  }
}

void NcclWatch::look() {
  ncclResult_t state = ncclSuccess;
  if (ncclCommGetAsyncError(communicator_, &state) != ncclSuccess || state != ncclSuccess) {
    abort(ncclGetErrorString(state));
    return;
  }
  if (!waits_) return;
  if (cudaEventQuery(event_) != cudaErrorNotReady) {
    waits_ = false;
  } else if (std::chrono::steady_clock::now() - queued_ > limit_) {
    abort(fmt::format("a sum has not ended within {} s", limit_.count()));
  }
}

void NcclWatch::abort(const std::string& why) {
  why_ = why;
  aborted_ = true;
  ncclCommAbort(communicator_);
}

}  // namespace m2m::comm

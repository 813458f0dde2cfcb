#include "comm/tensors/nccl_communicator.hpp"

#include <c10/cuda/CUDAStream.h>
#include <fmt/format.h>

#include <optional>

#include "comm/messages/mpi_handle.hpp"
#include "comm/tensors/communicator.hpp"
#include "core/error.hpp"

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

namespace {

ncclDataType_t nccl_type(const torch::Tensor& values) {
  if (values.scalar_type() == torch::kFloat32) return ncclFloat32;
  if (values.scalar_type() == torch::kFloat64) return ncclFloat64;
  if (values.scalar_type() == torch::kInt64) return ncclInt64;
  throw internal_error("tensors of this type are not added up over ranks");
}

ncclComm_t connect(const MpiGroup& group, c10::Device device) {
  check_cuda(cudaSetDevice(device.index()), "choosing the GPU");
  ncclUniqueId id{};
  if (group.rank() == 0) check_nccl(ncclGetUniqueId(&id), "starting NCCL");
  check_mpi(MPI_Bcast(&id, sizeof id, MPI_BYTE, 0, group.communicator().get()), "telling NCCL's id");
  ncclComm_t made = nullptr;
  check_nccl(ncclCommInitRank(&made, group.size(), id, group.rank()), "starting NCCL");
  return made;
}

class NcclCommunicator : public Communicator {
 public:
  NcclCommunicator(const MpiGroup& group, c10::Device device, std::chrono::seconds limit)
      : group_(group),
        device_(device),
        handle_(connect(group, device)),
        watch_(std::in_place, handle_, device, limit) {}
  ~NcclCommunicator() override {
    const bool is_gone = watch_->aborted();
    watch_.reset();  // it looks at the handle
    if (!is_gone) ncclCommDestroy(handle_);
  }
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  int rank() const override { return group_.rank(); }
  int size() const override { return group_.size(); }

  void all_reduce_sum(torch::Tensor& values) override {
    if (values.device() != device_ || !values.is_contiguous()) {
      throw internal_error("NCCL adds up only what is contiguous on the trial's GPU");
    }
    watch_->check();
    const cudaStream_t stream = c10::cuda::getCurrentCUDAStream(device_.index()).stream();
    check_nccl(ncclAllReduce(values.data_ptr(), values.data_ptr(), static_cast<std::size_t>(values.numel()),
                             nccl_type(values), ncclSum, handle_, stream),
               "adding up over the GPUs of a trial");
    watch_->queued(stream);
  }

  bool any(bool mine) override {
    watch_->check();
    return group_.any(mine);
  }

 private:
  const MpiGroup& group_;
  c10::Device device_;
  ncclComm_t handle_;
  std::optional<NcclWatch> watch_;
};

}  // namespace

std::shared_ptr<Communicator> nccl_communicator(const MpiGroup& group, c10::Device device,
                                                std::chrono::seconds limit) {
  return std::make_shared<NcclCommunicator>(group, device, limit);
}

std::string nccl_version() {
  int version = 0;
  ncclGetVersion(&version);
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::shared_ptr<Communicator> communicator_for(const MpiGroup& group, c10::Device device) {
  if (group.size() == 1) return alone();
  return device.is_cuda() ? nccl_communicator(group, device) : mpi_communicator(group);
}

}  // namespace m2m::comm

#include "comm/tensors/nccl_communicator.hpp"

#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <nccl.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "comm/messages/mpi_handle.hpp"
#include "core/error.hpp"

namespace m2m::comm {
namespace {

/// Throws Error (input_output) with NCCL's reason if `code` is not ncclSuccess.
void check_nccl(ncclResult_t code, const char* action) {
  if (code == ncclSuccess) return;
  throw io_error(fmt::format("{} failed between the GPUs (NCCL: {}); run the same command again to resume", action,
                             ncclGetErrorString(code)));
}

/// Throws Error (input_output) with CUDA's reason if `code` is not cudaSuccess.
void check_cuda(cudaError_t code, const char* action) {
  if (code == cudaSuccess) return;
  throw io_error(fmt::format("{} failed on the GPU (CUDA: {}); run the same command again to resume", action,
                             cudaGetErrorString(code)));
}

/// A thread that aborts `communicator` if it reports an error or a sum does not end within `limit`.
class NcclWatchdog {
 public:
  NcclWatchdog(ncclComm_t communicator, c10::Device device, std::chrono::seconds limit);
  ~NcclWatchdog();
  NcclWatchdog(const NcclWatchdog&) = delete;
  NcclWatchdog& operator=(const NcclWatchdog&) = delete;

  /// Notes that a sum was queued on `stream`.
  void on_queued(cudaStream_t stream);
  /// Throws Error (input_output) if the communicator was aborted.
  void check() const;
  bool aborted() const { return aborted_; }

 private:
  void watch();
  void check_once();
  void abort(const std::string& reason);

  ncclComm_t communicator_;
  c10::Device device_;
  std::chrono::seconds limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_up_;
  cudaEvent_t event_ = nullptr;
  bool waits_ = false;  // true while event_ is pending
  std::chrono::steady_clock::time_point queued_;
  std::string reason_;
  std::atomic<bool> aborted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

NcclWatchdog::NcclWatchdog(ncclComm_t communicator, c10::Device device, std::chrono::seconds limit)
    : communicator_(communicator), device_(device), limit_(limit) {
  check_cuda(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "creating an event");
  thread_ = std::thread([this] { watch(); });
}

NcclWatchdog::~NcclWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_up_.notify_all();
  thread_.join();
  cudaEventDestroy(event_);
}

void NcclWatchdog::on_queued(cudaStream_t stream) {
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  check_cuda(cudaStreamIsCapturing(stream, &capture), "querying a stream");
  const std::lock_guard lock(mutex_);
  // One event is enough: until it has passed, later sums have not passed either. A capture runs nothing.
  if (waits_ || capture != cudaStreamCaptureStatusNone) return;
  check_cuda(cudaEventRecord(event_, stream), "recording an event");
  queued_ = std::chrono::steady_clock::now();
  waits_ = true;
}

void NcclWatchdog::check() const {
  if (!aborted_) return;
  const std::lock_guard lock(mutex_);
  throw io_error(fmt::format(
      "the sum over the GPUs of a trial was aborted: {}; run the same command again to resume", reason_));
}

void NcclWatchdog::watch() {
  cudaSetDevice(device_.index());
  std::unique_lock lock(mutex_);
  while (!stopping_ && !aborted_) {
    check_once();
    wake_up_.wait_for(lock, std::chrono::milliseconds(100));
  }
}

void NcclWatchdog::check_once() {
  ncclResult_t state = ncclSuccess;
  if (ncclCommGetAsyncError(communicator_, &state) != ncclSuccess || state != ncclSuccess) {
    abort(ncclGetErrorString(state));
    return;
  }
  if (!waits_) return;
  if (cudaEventQuery(event_) != cudaErrorNotReady) {
    waits_ = false;
  } else if (std::chrono::steady_clock::now() - queued_ > limit_) {
    abort(fmt::format("a sum did not end within {} s", limit_.count()));
  }
}

void NcclWatchdog::abort(const std::string& reason) {
  reason_ = reason;
  aborted_ = true;
  ncclCommAbort(communicator_);
}

ncclDataType_t nccl_type(const torch::Tensor& values) {
  if (values.scalar_type() == torch::kFloat32) return ncclFloat32;
  if (values.scalar_type() == torch::kFloat64) return ncclFloat64;
  if (values.scalar_type() == torch::kInt64) return ncclInt64;
  throw internal_error("sums over ranks take float32, float64 and int64 tensors only");
}

ncclComm_t connect(const Group& group, c10::Device device) {
  check_cuda(cudaSetDevice(device.index()), "choosing the GPU");
  ncclUniqueId id{};
  if (group.rank() == 0) check_nccl(ncclGetUniqueId(&id), "starting NCCL");
  check_mpi(MPI_Bcast(&id, sizeof id, MPI_BYTE, 0, group.communicator().get()), "broadcasting NCCL's id");
  ncclComm_t made = nullptr;
  check_nccl(ncclCommInitRank(&made, group.size(), id, group.rank()), "starting NCCL");
  return made;
}

class NcclCommunicator : public Communicator {
 public:
  NcclCommunicator(const Group& group, c10::Device device, std::chrono::seconds limit)
      : group_(group),
        device_(device),
        handle_(connect(group, device)),
        watchdog_(std::in_place, handle_, device, limit) {}
  ~NcclCommunicator() override {
    const bool is_gone = watchdog_->aborted();
    watchdog_.reset();  // before the handle that it uses
    if (!is_gone) ncclCommDestroy(handle_);
  }
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  int rank() const override { return group_.rank(); }
  int size() const override { return group_.size(); }

  void all_reduce_sum(torch::Tensor& values) override {
    if (values.device() != device_ || !values.is_contiguous()) {
      throw internal_error("NCCL sums only contiguous tensors on the trial's GPU");
    }
    watchdog_->check();
    const cudaStream_t stream = c10::cuda::getCurrentCUDAStream(device_.index()).stream();
    check_nccl(ncclAllReduce(values.data_ptr(), values.data_ptr(), static_cast<std::size_t>(values.numel()),
                             nccl_type(values), ncclSum, handle_, stream),
               "summing over the GPUs of a trial");
    watchdog_->on_queued(stream);
  }

  bool any(bool mine) override {
    watchdog_->check();
    return group_.any(mine);
  }

 private:
  const Group& group_;
  c10::Device device_;
  ncclComm_t handle_;
  std::optional<NcclWatchdog> watchdog_;
};

}  // namespace

std::shared_ptr<Communicator> nccl_communicator(const Group& group, c10::Device device,
                                                std::chrono::seconds limit) {
  return std::make_shared<NcclCommunicator>(group, device, limit);
}

std::string nccl_version() {
  int version = 0;
  ncclGetVersion(&version);
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::shared_ptr<Communicator> make_communicator(const Group& group, c10::Device device) {
  if (group.size() == 1) return single_rank();
  return device.is_cuda() ? nccl_communicator(group, device) : mpi_communicator(group);
}

}  // namespace m2m::comm

#include "comm/tensors/nccl_communicator.hpp"

#include <c10/cuda/CUDAStream.h>
#include <fmt/format.h>

#include <optional>

#include "core/error.hpp"
#include "comm/messages/mpi_handle.hpp"
#include "comm/tensors/nccl_watch.hpp"

namespace m2m::comm {
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

}  // namespace m2m::comm

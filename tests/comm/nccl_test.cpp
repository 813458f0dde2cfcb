// Sums over GPUs: only in a build with CUDA, and skipped if there are fewer GPUs than ranks.
#include <c10/cuda/CUDAStream.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include <chrono>

#include "comm/messages/collectives.hpp"
#include "comm/tensors/communicator.hpp"
#include "comm/tensors/nccl_communicator.hpp"
#include "support/eventually.hpp"
#include "support/mpi_main.hpp"

namespace m2m::comm {
namespace {

class NcclTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const HostRanks share = host_ranks(testing::session());
    const int gpus = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
    if (any(testing::session(), share.ranks > gpus)) GTEST_SKIP() << "no GPU for each rank";
    device_ = torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(share.local_rank));
  }
  torch::Device device_ = torch::kCPU;
};

TEST_F(NcclTest, AddsUpOverTheRanksWithTheSameBitsOnEach) {
  const Group all_ranks(testing::session(), 0);
  const auto ranks = nccl_communicator(all_ranks, device_);
  for (const torch::Dtype type : {torch::kFloat32, torch::kFloat64, torch::kInt64}) {
    torch::Tensor values = torch::arange(1000, torch::TensorOptions(type).device(device_)) + ranks->rank();
    ranks->all_reduce_sum(values);
    const int size = ranks->size();
    const torch::Tensor expected = torch::arange(1000, type) * size + size * (size - 1) / 2;
    EXPECT_TRUE(torch::equal(values.cpu(), expected.to(type)));
  }
}

TEST_F(NcclTest, AgreesOnTheHost) {
  const Group all_ranks(testing::session(), 0);
  const auto ranks = make_communicator(all_ranks, device_);
  EXPECT_FALSE(ranks->any(false));
  EXPECT_TRUE(ranks->any(ranks->rank() == ranks->size() - 1));
}

TEST_F(NcclTest, GivesUpWhereARankDoesNotComeInTime) {
  if (testing::session().size() == 1) GTEST_SKIP() << "one rank waits for nobody";
  const Group all_ranks(testing::session(), 0);
  const auto ranks = nccl_communicator(all_ranks, device_, std::chrono::seconds(1));
  if (ranks->rank() == 0) {
    torch::Tensor values = torch::ones({8}, torch::TensorOptions(device_));
    ranks->all_reduce_sum(values);
    // the abort ends the sum that the stream waits for
    EXPECT_TRUE(testing::eventually([&] { return c10::cuda::getCurrentCUDAStream(device_.index()).query(); }));
    EXPECT_THROW(ranks->all_reduce_sum(values), std::exception);
  }
  barrier(testing::session());
}

}  // namespace
}  // namespace m2m::comm

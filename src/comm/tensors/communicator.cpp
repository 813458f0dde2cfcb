#include "comm/tensors/communicator.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "comm/tensors/mpi_types.hpp"
#include "core/error.hpp"

namespace m2m::comm {
namespace {

class SingleRank : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void all_reduce_sum(torch::Tensor&) override {}
  bool any(bool mine) override { return mine; }
};

}  // namespace

std::shared_ptr<Communicator> single_rank() { return std::make_shared<SingleRank>(); }

torch::Tensor stack_over_ranks(const torch::Tensor& own, Communicator& ranks) {
  if (ranks.size() == 1) return own.unsqueeze(0);
  const torch::Tensor row = own.unsqueeze(0);
  const std::int64_t before = ranks.rank(), after = ranks.size() - 1 - before;
  std::vector<std::int64_t> shape = row.sizes().vec();
  shape[0] = ranks.size();
  torch::Tensor all = torch::zeros(shape, own.options().requires_grad(false));
  all.narrow(0, before, 1).copy_(row.detach());
  ranks.all_reduce_sum(all);
  return torch::cat({all.narrow(0, 0, before), row, all.narrow(0, before + 1, after)});
}

namespace {

class MpiCommunicator : public Communicator {
 public:
  explicit MpiCommunicator(const Group& group) : group_(group) {}
  int rank() const override { return group_.rank(); }
  int size() const override { return group_.size(); }

  void all_reduce_sum(torch::Tensor& values) override {
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, values.data_ptr(), mpi_count(values), mpi_type(values), MPI_SUM,
                            group_.communicator().get()),
              "summing over the ranks of a trial");
  }

  bool any(bool mine) override { return group_.any(mine); }

 private:
  const Group& group_;
};

}  // namespace

MPI_Datatype mpi_type(const torch::Tensor& values) {
  if (values.scalar_type() == torch::kFloat32) return MPI_FLOAT;
  if (values.scalar_type() == torch::kFloat64) return MPI_DOUBLE;
  if (values.scalar_type() == torch::kInt64) return MPI_INT64_T;
  throw internal_error("sums over ranks take float32, float64 and int64 tensors only");
}

int mpi_count(const torch::Tensor& values) {
  if (!values.is_cpu() || !values.is_contiguous()) {
    throw internal_error("MPI sums only contiguous tensors in host memory");
  }
  if (values.numel() > std::numeric_limits<int>::max()) throw internal_error("a sum of more than 2^31 values");
  return static_cast<int>(values.numel());
}

std::shared_ptr<Communicator> mpi_communicator(const Group& group) {
  return std::make_shared<MpiCommunicator>(group);
}

}  // namespace m2m::comm

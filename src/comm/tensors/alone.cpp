#include "comm/tensors/communicator.hpp"

namespace m2m::comm {
namespace {

class Alone : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void all_reduce_sum(torch::Tensor&) override {}
  bool any(bool mine) override { return mine; }
};

}  // namespace

std::shared_ptr<Communicator> alone() { return std::make_shared<Alone>(); }

}  // namespace m2m::comm

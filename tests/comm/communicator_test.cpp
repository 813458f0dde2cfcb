#include "comm/tensors/communicator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "comm/tensors/fixed_tree.hpp"
#include "core/error.hpp"
#include "support/mpi_main.hpp"

namespace m2m::comm {
namespace {

const Session& world() { return testing::session(); }

/// The world as one group.
const Group& all_ranks() {
  // Never destroyed, because MPI ends before static objects are destroyed.
  static const Group& group = *new Group(world(), 0);
  return group;
}

/// A tensor that differs between ranks, with values whose sum depends on the order of additions.
torch::Tensor mine(int number, torch::Dtype type) {
  return (torch::arange(1000, torch::kFloat64) * 0.1 + 1000.7 * number).to(type);
}

TEST(Group, IsThoseWhoNameTheSameNumberInTheOrderOfTheirRanks) {
  const Group pairs(world(), world().rank() / 2);
  EXPECT_EQ(pairs.rank(), world().rank() % 2);
  EXPECT_LE(pairs.size(), 2);
}

TEST(Group, AgreesAsSoonAsOneSaysSo) {
  EXPECT_FALSE(all_ranks().any(false));
  EXPECT_TRUE(all_ranks().any(world().rank() == world().size() - 1));
}

TEST(MpiCommunicator, AddsUpOverTheRanksWithTheSameBitsOnEach) {
  const auto ranks = mpi_communicator(all_ranks());
  for (const torch::Dtype type : {torch::kFloat32, torch::kFloat64, torch::kInt64}) {
    torch::Tensor values = mine(ranks->rank(), type);
    torch::Tensor expected = torch::zeros_like(values);
    for (int rank = 0; rank < ranks->size(); ++rank) expected += mine(rank, type);
    ranks->all_reduce_sum(values);
    EXPECT_TRUE(torch::allclose(values, expected, 1e-5));
    torch::Tensor total = values.to(torch::kFloat64).sum().view({1});
    const double own = total.item<double>();
    ranks->all_reduce_sum(total);
    EXPECT_EQ(total.item<double>() / ranks->size(), own);
  }
}

TEST(MpiCommunicator, RefusesWhatItCannotAddUp) {
  const auto ranks = mpi_communicator(all_ranks());
  torch::Tensor bytes = torch::zeros({4}, torch::kUInt8);
  EXPECT_THROW(ranks->all_reduce_sum(bytes), Error);
  torch::Tensor columns = torch::zeros({4, 4}).t();
  EXPECT_THROW(ranks->all_reduce_sum(columns), Error);
}

TEST(Backend, IsAloneForOneRankAndMpiForSeveral) {
  const auto ranks = make_communicator(all_ranks(), torch::kCPU);
  EXPECT_EQ(ranks->size(), world().size());
  torch::Tensor one = torch::ones({1});
  ranks->all_reduce_sum(one);
  EXPECT_EQ(one.item<float>(), static_cast<float>(world().size()));
}

TEST(StackOverRanks, HoldsTheTensorsOfAllRanksInTheirOrder) {
  const auto ranks = make_communicator(all_ranks(), torch::kCPU);
  const auto of_rank = [](int rank) { return torch::tensor({{1.5 * rank, 2.0}, {-HUGE_VAL, -0.1 * rank}}); };
  const torch::Tensor stack = stack_over_ranks(of_rank(ranks->rank()), *ranks);
  ASSERT_EQ(stack.size(0), ranks->size());
  for (int rank = 0; rank < ranks->size(); ++rank) EXPECT_TRUE(torch::equal(stack[rank], of_rank(rank))) << rank;
}

TEST(StackOverRanks, LetsAGradientReachThisRanksPartAlone) {
  const auto ranks = make_communicator(all_ranks(), torch::kCPU);
  const torch::Tensor own = torch::full({2}, ranks->rank() + 1.0, torch::kFloat64).requires_grad_(true);
  stack_over_ranks(own, *ranks).square().sum().backward();
  EXPECT_TRUE(torch::equal(own.grad(), 2 * own.detach()));
}

TEST(FixedTree, GivesTheSameBitsOnAnyNumberOfRanks) {
  if (shard_count % world().size() != 0) {
    EXPECT_THROW(FixedTree tree(&all_ranks()), Error);
    return;
  }
  FixedTree tree(&all_ranks());
  std::vector<torch::Tensor> sums(tree.shards().size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    threads.emplace_back([&, i] {
      sums[i] = mine(tree.shards()[i]->rank(), torch::kFloat32);
      tree.shards()[i]->all_reduce_sum(sums[i]);
      EXPECT_TRUE(tree.shards()[i]->any(tree.shards()[i]->rank() == 5));
      EXPECT_FALSE(tree.shards()[i]->any(false));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<torch::Tensor> pairs;
  for (int i = 0; i < shard_count; i += 2) {
    pairs.push_back(mine(i, torch::kFloat32) + mine(i + 1, torch::kFloat32));
  }
  const torch::Tensor expected = (pairs[0] + pairs[1]) + (pairs[2] + pairs[3]);
  for (const torch::Tensor& sum : sums) EXPECT_TRUE(torch::equal(sum, expected));
}

TEST(FixedTree, FreesThoseWhoWaitForAShardThatFailed) {
  FixedTree tree(nullptr);
  std::thread waiting([&] {
    torch::Tensor one = torch::ones({1});
    EXPECT_THROW(tree.shards()[0]->all_reduce_sum(one), Error);
  });
  tree.abandon();
  waiting.join();
}

}  // namespace
}  // namespace m2m::comm

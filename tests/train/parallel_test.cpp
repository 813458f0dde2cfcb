// Trials of several ranks: they equal the trial of one rank.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <thread>
#include <utility>

#include "comm/messages/collectives.hpp"
#include "comm/tensors/communicator.hpp"
#include "comm/tensors/fixed_tree.hpp"
#include "core/error.hpp"
#include "support/mpi_main.hpp"
#include "support/tiny_trial.hpp"

namespace m2m::train {

using checkpoints::NetworkState;

namespace {

const comm::Group& all_ranks() {
  // Never destroyed: MPI ends before static objects do.
  static const comm::Group& group = *new comm::Group(testing::session(), 0);
  return group;
}

/// Makes a trial whose batches do not divide evenly: 50 slots per step and 38 in the last one, or 3 and 1.
Config config_of(const Json& given) {
  Json all = {{"method", "M2m"},
              {"m2m.gamma", 0.3},
              {"train.network", "resnet8"},
              {"train.epochs", 5},
              {"train.defer_until", 2},
              {"train.batch_size", 50},
              {"train.lr", 0.01},
              {"train.precision", "float64"}};
  all.update(given);
  return testing::tiny_config(all);
}

testing::TrialSetup setup_of(const Config& config, std::shared_ptr<comm::Communicator> ranks) {
  testing::TrialSetup setup = testing::tiny_setup(config);
  setup.parts.ranks = std::move(ranks);
  return setup;
}

struct Result {
  NetworkState weights;
  std::vector<results::EpochRecord> epochs;
  std::vector<float> test_logits;
  std::vector<int> levels;  // of augmentation by class
};

Result run(const Config& config, std::shared_ptr<comm::Communicator> ranks) {
  Trial trial = testing::make_trial(setup_of(config, std::move(ranks)));
  while (!trial.done()) trial.submit(1);
  return {copy_state(trial.network()), trial.epochs(), trial.last().test_logits, trial.state().levels};
}

Result run_together(const Config& config) { return run(config, comm::make_communicator(all_ranks(), torch::kCPU)); }

/// Runs a deterministic trial and returns the result of this rank's first shard. group: null for all shards here.
Result run_sharded(const Config& config, const comm::Group* group) {
  comm::FixedTree tree(group);
  std::vector<Result> results(tree.shards().size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = run(config, tree.shards()[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  return results.front();
}

double largest_difference(const NetworkState& a, const NetworkState& b) {
  double largest = 0;
  for (const auto& [name, tensor] : a) {
    if (!tensor.is_floating_point()) continue;
    largest = std::max(largest, (tensor - b.at(name)).abs().max().item<double>());
  }
  return largest;
}

bool equal(const NetworkState& a, const NetworkState& b) {
  return std::all_of(a.begin(), a.end(),
                     [&](const auto& item) { return torch::equal(item.second, b.at(item.first)); });
}

/// Returns true if the tensor is the same on every rank. Collective.
bool is_agreed(const torch::Tensor& tensor) {
  torch::Tensor sum = tensor.to(torch::kFloat64).contiguous().clone();
  comm::make_communicator(all_ranks(), torch::kCPU)->all_reduce_sum(sum);
  return torch::allclose(sum / all_ranks().size(), tensor.to(torch::kFloat64), 1e-15, 1e-300);
}

void expect_same_epochs(const Result& together, const Result& single_rank, double tolerance) {
  ASSERT_EQ(together.epochs.size(), single_rank.epochs.size());
  for (std::size_t i = 0; i < single_rank.epochs.size(); ++i) {
    EXPECT_NEAR(together.epochs[i].loss, single_rank.epochs[i].loss, tolerance) << i;
    EXPECT_EQ(together.epochs[i].generation.cells, single_rank.epochs[i].generation.cells) << i;
    EXPECT_DOUBLE_EQ(together.epochs[i].accuracy, single_rank.epochs[i].accuracy) << i;
  }
}

TEST(ParallelTrial, EqualsATrialOfOneRankToRoundingInFloat64) {
  for (const char* method : {"ERM", "M2m", "M2m-LDAM", "SMOTE", "mixup-DRW", "CMO", "CutMix", "UniMix-Bayias",
                             "MAMix-DRW", "Balanced-MixUp", "VS", "GCL", "LADE"}) {
    const Config config = config_of({{"method", method}});
    const Result together = run_together(config);
    const Result single = run(config, comm::single_rank());
    EXPECT_LT(largest_difference(together.weights, single.weights), 1e-9) << method;
    expect_same_epochs(together, single, 1e-9);
  }
}

TEST(ParallelTrial, ClipsTheGradientOfAllRanksAndEqualsATrialOfOneRank) {
  const Json given = {{"method", "M2m"},        {"train.clip_norm", 0.05},
                      {"train.nesterov", true}, {"train.schedule", "cosine"},
                      {"train.warmup", 1},      {"train.label_smoothing", 0.1}};
  const Config config = config_of(given);
  const Result together = run_together(config);
  const Result single = run(config, comm::single_rank());
  EXPECT_LT(largest_difference(together.weights, single.weights), 1e-9);
  expect_same_epochs(together, single, 1e-9);
  Json unclipped = given;
  unclipped["train.clip_norm"] = 0.0;
  EXPECT_GT(largest_difference(run(config_of(unclipped), comm::single_rank()).weights, single.weights), 1e-6)
      << "nothing was clipped";
}

TEST(ParallelTrial, PerturbsByTheGradientOfAllRanksAndEqualsATrialOfOneRank) {
  for (const char* kind : {"sam", "asam", "imbsam"}) {
    for (const int batch_size : {50, 3}) {  // with 3 slots some ranks have none
      const Config config = config_of(
          {{"train.sharpness", kind}, {"train.batch_size", batch_size}, {"train.epochs", 3}, {"train.lr", 0.001}});
      const Result together = run_together(config);
      const Result single = run(config, comm::single_rank());
      EXPECT_LT(largest_difference(together.weights, single.weights), 1e-8) << kind << " " << batch_size;
    }
  }
}

/// With batch norm over the ranks a rank without a slot takes part in a pass, else in the sums of the term alone.
/// The perceptron has no batch norm, so that there the trials are equal too.
TEST(ParallelTrial, WithALossOverTheBatchEqualsATrialOfOneRankIfSomeHaveNoSlot) {
  using Case = std::array<const char*, 3>;
  for (const auto& [network, batch_norm, sharpness] :
       {Case{"resnet8", "sync", "none"}, Case{"resnet8", "sync", "sam"}, Case{"mlp", "local", "sam"}}) {
    const Config config = config_of({{"method", "M2m"},
                                     {"recipe.loss", "lade"},
                                     {"train.network", network},
                                     {"train.batch_norm", batch_norm},
                                     {"train.sharpness", sharpness},
                                     {"train.batch_size", 3},
                                     {"train.epochs", 3},
                                     {"train.lr", 0.001}});
    const Result together = run_together(config);
    const Result single = run(config, comm::single_rank());
    EXPECT_LT(largest_difference(together.weights, single.weights), 1e-8) << network << " " << sharpness;
    expect_same_epochs(together, single, 1e-8);
  }
}

TEST(ParallelTrial, OfExpertsEqualsATrialOfOneRank) {
  for (const char* method : {"SADE", "BalPoE"}) {
    const Config config = config_of({{"method", method}, {"train.epochs", 3}, {"train.lr", 0.001}});
    const Result together = run_together(config);
    const Result single = run(config, comm::single_rank());
    EXPECT_LT(largest_difference(together.weights, single.weights), 1e-9) << method;
    expect_same_epochs(together, single, 1e-9);
  }
}

TEST(ParallelTrial, WithImagesOfNoiseEqualsThatOfOneRank) {
  // With 3 slots some ranks have no natural image, and some no noise.
  for (const auto& [batch_size, sharpness] : {std::pair{50, "none"}, std::pair{3, "sam"}}) {
    const Config config = config_of({{"method", "OPeN"},
                                     {"open.delta", 0.9},
                                     {"train.batch_size", batch_size},
                                     {"train.sharpness", sharpness},
                                     {"train.epochs", 3},
                                     {"train.lr", 0.001}});
    const Result together = run_together(config);
    const Result single = run(config, comm::single_rank());
    EXPECT_LT(largest_difference(together.weights, single.weights), 1e-8) << batch_size;
    expect_same_epochs(together, single, 1e-8);
  }
}

TEST(ParallelTrial, WithImagesOfNoiseHasOneNetworkIfEachRankNormalisesItsOwn) {
  const Result result = run_together(config_of({{"method", "OPeN"},
                                                {"open.delta", 0.9},
                                                {"train.batch_norm", "local"},
                                                {"train.batch_size", 3},
                                                {"train.epochs", 3},
                                                {"train.lr", 0.001}}));
  for (const auto& [name, tensor] : result.weights) EXPECT_TRUE(is_agreed(tensor)) << name;
  EXPECT_TRUE(std::isfinite(result.epochs.back().loss));
}

TEST(ParallelTrial, WithStrongAugmentationEqualsThatOfOneRank) {
  for (const char* method : {"M2m", "CMO"}) {
    const Config config = config_of(
        {{"method", method}, {"augment.policy", "randaugment"}, {"augment.cutout", 4}, {"augment.erasing", 0.5}});
    const Result together = run_together(config);
    const Result single = run(config, comm::single_rank());
    EXPECT_LT(largest_difference(together.weights, single.weights), 1e-9) << method;
    expect_same_epochs(together, single, 1e-9);
  }
}

TEST(ParallelTrial, WithACurriculumByClassHasTheLevelsAndTheWeightsOfOneRank) {
  for (const char* method : {"M2m", "LDAM-DRW"}) {
    const Config config =
        config_of({{"method", method}, {"augment.policy", "curriculum"}, {"augment.curriculum_accuracy", 0.4}});
    const Result together = run_together(config);
    const Result single = run(config, comm::single_rank());
    EXPECT_EQ(together.levels, single.levels) << method;
    EXPECT_GT(*std::max_element(single.levels.begin(), single.levels.end()), 0) << "no class went up";
    EXPECT_LT(largest_difference(together.weights, single.weights), 1e-9) << method;
    expect_same_epochs(together, single, 1e-9);
  }
}

TEST(ParallelTrial, OfASecondStageEqualsThatOfOneRank) {
  const Config erm = config_of({{"method", "ERM"}});
  Trial base = testing::make_trial(setup_of(erm, comm::single_rank()));
  base.submit(3);
  for (const char* method : {"cRT", "LWS", "WB", "LOS", "DisAlign", "H2T"}) {
    const auto run_stage = [&](std::shared_ptr<comm::Communicator> ranks) {
      testing::TrialSetup setup = setup_of(config_of({{"method", method}, {"second.epochs", 2}}), std::move(ranks));
      setup.parts.start = base.checkpoint();
      Trial trial = testing::make_trial(std::move(setup));
      trial.submit(1000);
      return copy_state(trial.network());
    };
    const NetworkState together = run_stage(comm::make_communicator(all_ranks(), torch::kCPU));
    const NetworkState single = run_stage(comm::single_rank());
    EXPECT_LT(largest_difference(together, single), 1e-9) << method;
  }
}

TEST(ParallelTrial, ToleratesRanksWithoutASlotAndWithoutATranslation) {
  for (const char* network : {"resnet8", "mlp"}) {
    const Config config =
        config_of({{"train.batch_size", 3}, {"train.network", network}, {"train.lr", 0.001}, {"train.epochs", 3}});
    const Result together = run_together(config);
    const Result single = run(config, comm::single_rank());
    EXPECT_LT(largest_difference(together.weights, single.weights), 1e-9) << network;
  }
}

/// With batches of 29 of 88 images the fourth has one slot, so all ranks but one have none.
TEST(ParallelTrial, ChangesWeightsAsATrialOfOneRankDoesInFloat32) {
  for (const char* kernels : {"auto", "torch"}) {
    for (const char* method : {"ERM", "M2m"}) {
      for (const char* network : {"resnet8", "mlp"}) {
        const Config config = config_of(testing::few_steps_settings({{"method", method},
                                                                     {"train.network", network},
                                                                     {"train.kernels", kernels},
                                                                     {"train.precision", "float32"},
                                                                     {"train.batch_size", 29}}));
        const testing::FewSteps together =
            testing::run_few_steps(setup_of(config, comm::make_communicator(all_ranks(), torch::kCPU)));
        const testing::FewSteps single = testing::run_few_steps(setup_of(config, comm::single_rank()));
        EXPECT_LT(testing::relative_difference(together, single), testing::few_steps_tolerance)
            << method << " " << network << " " << kernels;
      }
    }
  }
}

TEST(ParallelTrial, HasTheSameNetworkAndAnswersOnEveryRank) {
  for (const char* batch_norm : {"sync", "local"}) {
    for (const char* precision : {"float32", "bf16"}) {
      const Result result = run_together(config_of(
          {{"train.batch_norm", batch_norm}, {"train.precision", precision}, {"train.sharpness", "sam"}}));
      for (const auto& [name, tensor] : result.weights) EXPECT_TRUE(is_agreed(tensor)) << batch_norm << " " << name;
      EXPECT_TRUE(is_agreed(torch::tensor(result.test_logits)));
    }
  }
}

TEST(ParallelTrial, NormalisesLocallyIfTheSettingSaysSo) {
  const Result sync = run_together(config_of({{"method", "ERM"}}));
  const Result local = run_together(config_of({{"method", "ERM"}, {"train.batch_norm", "local"}}));
  EXPECT_EQ(equal(sync.weights, local.weights), all_ranks().size() == 1);
}

TEST(ParallelTrial, DivergesOnAllRanksAlike) {
  const Config config = config_of({{"method", "ERM"}, {"train.lr", 1e200}, {"train.warmup", 0}});
  EXPECT_THROW(run_together(config), Diverged);
}

void expect_going_on_in_the_middle_of_an_epoch(const Config& config) {
  const auto ranks = comm::make_communicator(all_ranks(), torch::kCPU);
  const Result whole = run(config, ranks);
  Trial first = testing::make_trial(setup_of(config, ranks));
  first.submit(2 * 3 + 1);  // epochs have two steps
  testing::TrialSetup setup = setup_of(config, ranks);
  setup.parts.resume = first.state();
  EXPECT_EQ(setup.parts.resume->step, 1);
  Trial second = testing::make_trial(std::move(setup));
  second.submit(1000);
  EXPECT_TRUE(equal(copy_state(second.network()), whole.weights));
  ASSERT_EQ(second.epochs().size(), whole.epochs.size());
  EXPECT_EQ(second.epochs()[3].generation.cells, whole.epochs[3].generation.cells);
  EXPECT_DOUBLE_EQ(second.epochs()[3].loss, whole.epochs[3].loss);
  while (!first.done()) first.submit(1);  // a trial whose state was read continues too
  EXPECT_DOUBLE_EQ(first.epochs()[3].loss, whole.epochs[3].loss);
}

TEST(ParallelTrial, GoesOnFromAStateTakenInTheMiddleOfAnEpoch) {
  for (const char* method : {"M2m", "UniMix", "GCL", "OPeN"}) {
    SCOPED_TRACE(method);
    expect_going_on_in_the_middle_of_an_epoch(config_of({{"method", method}}));
  }
  expect_going_on_in_the_middle_of_an_epoch(
      config_of({{"augment.policy", "curriculum"}, {"augment.curriculum_accuracy", 0.4}}));
}

TEST(DeterministicTrial, HasTheSameBitsOnAnyNumberOfRanks) {
  if (comm::shard_count % all_ranks().size() != 0) GTEST_SKIP() << "8 shards cannot be distributed evenly";
  using Case = std::array<const char*, 4>;
  for (const auto& [method, precision, sharpness, policy] :
       {Case{"M2m", "float32", "none", "plain"}, Case{"M2m", "bf16", "imbsam", "plain"},
        Case{"UniMix", "float32", "none", "plain"}, Case{"CutMix", "bf16", "none", "plain"},
        Case{"GCL", "float32", "none", "plain"}, Case{"LADE", "float32", "asam", "plain"},
        Case{"OPeN", "float32", "none", "plain"}, Case{"M2m", "float32", "none", "curriculum"}}) {
    SCOPED_TRACE(method);
    const Config config = config_of({{"method", method},
                                     {"train.precision", precision},
                                     {"train.epochs", 3},
                                     {"train.sharpness", sharpness},
                                     {"augment.policy", policy},
                                     {"augment.curriculum_accuracy", 0.2}});
    const Result result = run_sharded(config, &all_ranks());
    if (all_ranks().rank() == 0) {
      const Result one_rank = run_sharded(config, nullptr);
      EXPECT_TRUE(equal(result.weights, one_rank.weights)) << precision;
      EXPECT_EQ(result.test_logits, one_rank.test_logits);
      EXPECT_EQ(result.levels, one_rank.levels);
      EXPECT_EQ(result.epochs.back().loss, one_rank.epochs.back().loss);
    }
    comm::barrier(testing::session());
    for (const auto& [name, tensor] : result.weights) EXPECT_TRUE(is_agreed(tensor)) << precision << " " << name;
  }
}

}  // namespace
}  // namespace m2m::train

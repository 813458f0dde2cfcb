// Fused passes of a step on a GPU, beside emulated blocks; weights in the format that a trial gives them there.
#include <gtest/gtest.h>

#include <memory>

#include "nn/device.hpp"
#include "nn/fused_training.hpp"
#include "support/fused_learner.hpp"
#include "support/test_device.hpp"

namespace m2m::train {
namespace {

using testing::expect_as_near;
using testing::Learner;
using testing::LearnerSettings;
using testing::learnt_batch;
using testing::plain_loss;

std::unique_ptr<Learner> learner_on(torch::Device device, bool recorded) {
  auto learner = std::make_unique<Learner>(
      LearnerSettings{.format = at::MemoryFormat::ChannelsLast, .recorded = recorded, .device = device});
  EXPECT_EQ(nn::weight_format(*learner->network), at::MemoryFormat::ChannelsLast);
  learner->fused = std::make_unique<nn::FusedTraining>(*learner->network, nn::make_training_kernels());
  return learner;
}

TEST(FusedTrainingOnTheDevice, LiesAsNearToFloat64AsEmulatedBlocks) {
  const torch::Device device = testing::test_device();
  if (!device.is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();
  constexpr int n = 3;
  const auto format = at::MemoryFormat::ChannelsLast;  // the order of the gradients in their buffer
  Learner exact({.bfloat16 = false, .format = format});
  const auto emulated = testing::fused_learner({.format = format}), on_device = learner_on(device, false);
  exact.run(plain_loss(), learnt_batch(n));
  const auto of_emulated = emulated->run(plain_loss(), learnt_batch(n));
  const auto of_device = on_device->run(plain_loss(), learnt_batch(n, device));
  EXPECT_LT(testing::distance(of_device.outputs.cpu(), of_emulated.outputs), 0.005);
  expect_as_near(on_device->statistics().cpu(), emulated->statistics(), exact.statistics(), 1e-4, "statistics");
  expect_as_near(on_device->sgd->gradient().cpu(), emulated->sgd->gradient(), exact.sgd->gradient(), 0.01,
                 "gradient");
}

/// Weights after three steps each of 150 and of 7 images, in turn.
torch::Tensor weights_of_run_on(torch::Device device, bool recorded) {
  const auto learner = learner_on(device, recorded);
  for (int step = 0; step < 6; ++step) {
    learner->run(plain_loss(), learnt_batch(step % 2 == 0 ? 150 : 7, device));
    learner->sgd->update(0.01);
  }
  EXPECT_EQ(learner->pass->recordings(), recorded ? 2 : 0) << "one for each batch size";
  return learner->sgd->weight().cpu().clone();
}

TEST(FusedTrainingOnTheDevice, HasTheSameBitsRecorded) {
  const torch::Device device = testing::test_device();
  if (!device.is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  const nn::StreamScope stream(device);  // steps are recorded on a stream of their own
  EXPECT_TRUE(torch::equal(weights_of_run_on(device, false), weights_of_run_on(device, true)));
}

}  // namespace
}  // namespace m2m::train

// The fused translation on a GPU beside the same code in emulated blocks: only the order of sums differs.
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include <vector>

#include "kernels/translate.hpp"
#include "support/emulated_network.hpp"
#include "support/fused_case.hpp"
#include "support/test_device.hpp"

namespace m2m::methods {
namespace {

using testing::FusedCase, testing::FusedOutcome;

torch::Device device() { return testing::test_device(); }

template <typename T>
torch::Tensor on_device(const std::vector<T>& values) {
  const auto bytes = static_cast<std::int64_t>(values.size() * sizeof(T));
  return torch::from_blob(const_cast<T*>(values.data()), {bytes}, torch::kUInt8).to(device());
}

/// A network in the memory of the device.
class NetworkOnDevice {
 public:
  explicit NetworkOnDevice(const nn::ResNet& network) : packed_(testing::packed_network(network)) {
    for (const auto* values : {&packed_.forward, &packed_.backward}) memory_.push_back(on_device(*values));
    for (const auto* values : {&packed_.bias, &packed_.mean, &packed_.inverse_deviation, &packed_.head_weight,
                               &packed_.head_bias, &packed_.head_scales})
      memory_.push_back(on_device(*values));
  }

  kernels::DeviceNetwork get() const {
    const auto words = [&](std::size_t i) {
      return static_cast<const kernels::Words4*>(memory_[i].const_data_ptr());
    };
    const auto floats = [&](std::size_t i) { return static_cast<const float*>(memory_[i].const_data_ptr()); };
    return {packed_.blocks,   words(0),  words(1),  floats(2), floats(3),
            floats(4),        floats(5), floats(6), floats(7), static_cast<int>(packed_.head_bias.size()),
            packed_.is_cosine};
  }

 private:
  testing::PackedNetwork packed_;
  std::vector<torch::Tensor> memory_;
};

/// Moves every tensor of the work to the device.
TranslationWork work_on_device(TranslationWork work) {
  for (torch::Tensor* tensor : {&work.rows, &work.seed_classes, &work.targets, &work.labels, &work.coins,
                                &work.seeds, &work.slots, &work.image_scales, &work.channel_scales})
    *tensor = tensor->to(device());
  return work;
}

FusedOutcome on_the_device(const FusedCase& c, const kernels::TranslationForm& form) {
  nn::FoldedResNet<kernels::Bf16> unused(c.f(), InstructionSet::plain);
  EditContext context = c.context(unused, unused);
  context.pixels.bytes = context.pixels.bytes.to(device());
  const TranslationWork work = work_on_device(c.work);
  Batch batch = c.batch();
  batch.images = batch.images.to(device());
  batch.labels = batch.labels.to(device());
  const nn::FusedTranslation translation = fused_translation(c.settings, context, work, batch);
  kernels::TranslationBatch fused = nn::kernel_batch(translation);
  const NetworkOnDevice f(c.f()), g(c.g());
  nn::TranslationMemory memory(c.f().blocks_per_stage(), c.count(), device());
  memory.show_in(fused);
  kernels::translate_cuda(f.get(), g.get(), fused, form, nullptr);
  torch::cuda::synchronize();
  batch.images = batch.images.cpu();
  batch.labels = batch.labels.cpu();
  return {batch, translation.accepted.cpu(), translation.beliefs.cpu(), memory.x()[0].view({-1, 3, 32, 32}).cpu()};
}

void expect_alike(const FusedOutcome& ours, const FusedOutcome& expected, double moved) {
  EXPECT_LT((ours.x - expected.x).abs().max().item<double>(), 0.05 * moved + 1e-9);
  EXPECT_LT((ours.beliefs - expected.beliefs).abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(torch::equal(ours.accepted, expected.accepted));
  EXPECT_TRUE(torch::equal(ours.batch.labels, expected.batch.labels));
  EXPECT_LT((ours.batch.images - expected.batch.images).abs().max().item<double>(), 0.05 * moved + 1e-9);
}

TEST(FusedTranslationOnTheDevice, DoesWhatEmulatedBlocksDo) {
  if (!device().is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();
  const bool has_clusters = kernels::form_on_device(1, true).is_pair;
  FusedCase c = testing::made_up_case(settings::HeadKind::linear, "resnet20");
  c.settings.gamma = 0;  // every coin decides alone
  for (double lambda : {0.5, 0.0}) {
    for (int steps : {0, 1, 3}) {
      c.settings.lambda = lambda;
      c.settings.steps = steps;
      SCOPED_TRACE(::testing::Message() << "lambda " << lambda << ", steps " << steps);
      const double moved = c.settings.step_size * steps;
      const FusedOutcome eight = c.emulated<8>(false), four = c.emulated<4>(false);
      expect_alike(on_the_device(c, {8, false}), eight, moved);
      expect_alike(on_the_device(c, {4, false}), four, moved);
      if (!has_clusters) continue;
      expect_alike(on_the_device(c, {8, true}), eight, moved);
      expect_alike(on_the_device(c, {4, true}), four, moved);
    }
  }
}

TEST(FusedTranslationOnTheDevice, HasTheSameBitsFromOneBlockAndFromAPair) {
  if (!device().is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();
  if (!kernels::form_on_device(1, true).is_pair) GTEST_SKIP() << "skipped: the device has no clusters";
  const FusedCase c = testing::made_up_case();
  const FusedOutcome one = on_the_device(c, {8, false}), pair = on_the_device(c, {8, true});
  EXPECT_TRUE(torch::equal(one.x, pair.x));
  EXPECT_TRUE(torch::equal(one.beliefs, pair.beliefs));
}

/// A network on the device with the weights of `network`, in the form that a fused trial freezes.
std::shared_ptr<nn::Network> copy_on_device(const nn::ResNet& network) {
  nn::NetworkSpec spec = network.spec();
  spec.bfloat16 = spec.fused = true;
  auto copy = nn::make_network(spec);
  const auto state = nn::named_state(network);
  nn::load_state(*copy, {state.begin(), state.end()}, "memory");
  copy->to(device());
  return copy;
}

TEST(FusedTranslationOnTheDevice, OfATrialsOwnNetworksIsThatOfEmulatedBlocks) {
  if (!device().is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();
  for (const auto head : {settings::HeadKind::linear, settings::HeadKind::cosine}) {
    FusedCase c = testing::made_up_case(head, "resnet20");
    c.settings.gamma = 0;  // every coin decides alone
    const auto f = copy_on_device(c.f()), g = copy_on_device(c.g());
    const auto frozen_f = f->freeze(), frozen_g = g->freeze();
    EditContext context = c.context(*frozen_f, *frozen_g);
    context.pixels.bytes = context.pixels.bytes.to(device());
    const TranslationWork work = work_on_device(c.work);
    Batch batch = c.batch();
    batch.images = batch.images.to(device());
    batch.labels = batch.labels.to(device());
    FusedTranslator translator(c.settings);
    const torch::Tensor accepted = translator(context, work, batch).cpu();
    const FusedOutcome expected = c.emulated<8>(false);
    const double moved = c.settings.step_size * c.settings.steps;
    EXPECT_TRUE(torch::equal(accepted, expected.accepted));
    EXPECT_TRUE(torch::equal(batch.labels.cpu(), expected.batch.labels));
    EXPECT_LT((batch.images.cpu() - expected.batch.images).abs().max().item<double>(), 0.05 * moved);
  }
}

}  // namespace
}  // namespace m2m::methods

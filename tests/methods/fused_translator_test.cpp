#include "methods/fused_translator.hpp"

#include <gtest/gtest.h>

#include "kernels/fused_translation.hpp"
#include "support/fused_case.hpp"

namespace m2m::methods {
namespace {

using testing::FusedCase, testing::FusedOutcome;

void expect_same_bits(const FusedOutcome& a, const FusedOutcome& b) {
  EXPECT_TRUE(torch::equal(a.x, b.x));
  EXPECT_TRUE(torch::equal(a.beliefs, b.beliefs));
  EXPECT_TRUE(torch::equal(a.accepted, b.accepted));
  EXPECT_TRUE(torch::equal(a.batch.images, b.batch.images));
  EXPECT_TRUE(torch::equal(a.batch.labels, b.batch.labels));
}

/// The start of each translation, from the CPU's kernels.
torch::Tensor starts(const FusedCase& c) {
  nn::FoldedResNet<kernels::Bf16> f(c.f(), InstructionSet::plain), g(c.g(), InstructionSet::plain);
  const EditContext context = c.context(f, g);
  return start_images(c.settings, context, c.work, context.gather(c.work.seeds));
}

/// Sets a gamma that some images pass: in the middle of the widest gap between beliefs.
void split_beliefs(FusedCase& c, const torch::Tensor& beliefs) {
  const torch::Tensor sorted = std::get<0>(beliefs.sort());
  const auto at = (sorted.narrow(0, 1, 3) - sorted.narrow(0, 0, 3)).argmax().item<std::int64_t>();
  const double middle = ((sorted[at] + sorted[at + 1]) / 2).item<double>();
  c.settings.gamma = c.settings.gamma_test == settings::GammaTest::probability ? middle : -std::log(middle);
}

void compare_moves(settings::HeadKind head, double lambda) {
  SCOPED_TRACE(lambda);
  FusedCase c = testing::made_up_case(head);
  c.settings.lambda = lambda;
  const torch::Tensor start = starts(c);
  for (int steps : {1, 10}) {
    c.settings.steps = steps;
    const FusedOutcome fused = c.emulated<8>(false), folded = c.stepwise();
    for (int i = 0; i < c.count(); ++i) {
      const double moved = (folded.x[i] - start[i]).norm().item<double>();
      EXPECT_GT(moved, 0);
      // Rounding decides a few ReLUs otherwise, and every step adds to what these change.
      EXPECT_LE((fused.x[i] - folded.x[i]).norm().item<double>(), 0.1 * moved) << i;
    }
    EXPECT_LT((fused.beliefs - folded.beliefs).abs().max().item<double>(), 2e-3) << steps;
  }
}

TEST(FusedTranslation, MovesImagesAsTheFoldedNetworksDo) {
  compare_moves(settings::HeadKind::linear, 0.5);
  compare_moves(settings::HeadKind::linear, 0);
}

TEST(FusedTranslation, TakesCosineHeads) { compare_moves(settings::HeadKind::cosine, 0.5); }

TEST(FusedTranslation, StartsFromTheSeedsAndTheNoiseOfTheCpuToTheBit) {
  FusedCase c = testing::made_up_case();
  c.settings.steps = 0;
  for (bool is_random : {true, false}) {
    c.settings.random_start = is_random;
    EXPECT_TRUE(torch::equal(c.emulated<4>(false).x, starts(c))) << is_random;
  }
}

TEST(FusedTranslation, WritesWhatTheStepwiseTranslatorAccepts) {
  for (const auto test : {settings::GammaTest::probability, settings::GammaTest::cross_entropy}) {
    for (const auto image : {settings::AcceptedImage::translated, settings::AcceptedImage::clean}) {
      FusedCase c = testing::made_up_case();
      c.settings.gamma_test = test;
      c.settings.image = image;
      split_beliefs(c, c.stepwise().beliefs);
      const FusedOutcome fused = c.emulated<4>(false), folded = c.stepwise();
      const auto accepted = fused.accepted.sum().item<int>();
      EXPECT_TRUE(accepted > 0 && accepted < c.count()) << accepted;
      EXPECT_TRUE(torch::equal(fused.accepted, folded.accepted));
      EXPECT_TRUE(torch::equal(fused.batch.labels, folded.batch.labels));
      EXPECT_FALSE(torch::equal(fused.batch.images, c.batch().images));
      if (image == settings::AcceptedImage::clean) {
        EXPECT_TRUE(torch::equal(fused.batch.images, folded.batch.images));
      } else {
        EXPECT_LT((fused.batch.images - folded.batch.images).abs().max().item<double>(), 0.02);
      }
    }
  }
}

TEST(FusedTranslation, RejectsABeliefThatIsNotANumber) {
  const float nan = std::nanf("");
  EXPECT_FALSE(kernels::passes({true, 0.0F}, nan));
  EXPECT_FALSE(kernels::passes({false, 9.0F}, nan));
}

TEST(FusedTranslation, HasTheSameBitsFromOneBlockAndFromAPairOfBlocks) {
  const FusedCase c = testing::made_up_case();
  expect_same_bits(c.emulated<8>(false), c.emulated<8>(true));
  expect_same_bits(c.emulated<4>(false), c.emulated<4>(true, 1));
}

TEST(FusedTranslation, UsesAPairForTwoNetworksIfItCanAndEightWarpsWhileBlocksHaveAMultiprocessorEach) {
  using Form = kernels::TranslationForm;
  EXPECT_EQ(kernels::fastest_form(66, true, 132, true), (Form{8, true}));
  EXPECT_EQ(kernels::fastest_form(67, true, 132, true), (Form{4, true}));
  EXPECT_EQ(kernels::fastest_form(67, false, 132, true), (Form{8, false}));
  EXPECT_EQ(kernels::fastest_form(76, true, 108, false), (Form{8, false}));
  EXPECT_EQ(kernels::fastest_form(109, true, 108, false), (Form{4, false}));
}

}  // namespace
}  // namespace m2m::methods

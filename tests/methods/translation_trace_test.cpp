#include "methods/translation_trace.hpp"

#include <gtest/gtest.h>

#include "support/planned_step.hpp"

namespace m2m::methods {
namespace {

TranslationTrace trace(testing::PlannedStep& x, double logit_scale = 1) {
  return trace_translations(x.m2m, x.context(), x.work(x.batch()), logit_scale);
}

TEST(TranslationTrace, EndsWhereTheTranslationOfTheBatchEnds) {
  testing::PlannedStep x;
  Batch batch = x.batch();
  const Edited edited = x.apply(batch);
  const TranslationTrace traced = trace(x);
  EXPECT_TRUE(torch::equal(traced.kept, edited.accepted));
  EXPECT_TRUE(torch::equal(traced.targets, edited.targets));
  EXPECT_TRUE(torch::equal(traced.seed_classes, edited.seed_classes));
  const torch::Tensor shown = batch.images.index_select(0, edited.rows.masked_select(edited.accepted));
  EXPECT_GT(shown.size(0), 0);
  EXPECT_TRUE(testing::agree(traced.translated.index_select(0, edited.accepted.nonzero().squeeze(1)), shown));
}

TEST(TranslationTrace, SaysWhatBothNetworksSayAtBothEnds) {
  testing::PlannedStep x;
  const TranslationTrace traced = trace(x);
  ASSERT_EQ(traced.g_target.size(1), x.m2m.steps + 1);
  const torch::Tensor of_g = torch::softmax(x.g->outputs(traced.translated), 1);
  const torch::Tensor of_f = torch::softmax(x.f->outputs(traced.translated), 1);
  EXPECT_TRUE(torch::allclose(traced.g_target.select(1, x.m2m.steps),
                              of_g.gather(1, traced.targets.unsqueeze(1)).squeeze(1)));
  EXPECT_TRUE(torch::allclose(traced.f_seed.select(1, x.m2m.steps),
                              of_f.gather(1, traced.seed_classes.unsqueeze(1)).squeeze(1)));
  x.m2m.random_start = false;
  const TranslationTrace from_seeds = trace(x);
  EXPECT_TRUE(torch::allclose(
      from_seeds.g_target.select(1, 0),
      torch::softmax(x.g->outputs(from_seeds.seeds), 1).gather(1, from_seeds.targets.unsqueeze(1)).squeeze(1)));
  EXPECT_GT((traced.g_target.select(1, 0) - from_seeds.g_target.select(1, 0)).abs().max().item<double>(), 0);
}

TEST(TranslationTrace, ScalesTheOutputsOfAHeadOfCosines) {
  testing::PlannedStep x;
  const TranslationTrace plain = trace(x), sharp = trace(x, 30);
  EXPECT_TRUE(testing::agree(plain.translated, sharp.translated));
  EXPECT_TRUE(testing::agree(plain.g_target, sharp.g_target));
  EXPECT_FALSE(torch::equal(plain.f_target, sharp.f_target));
}

TEST(TranslationTrace, IsEmptyWhereNothingIsTranslated) {
  testing::PlannedStep x;
  x.m2m.image = settings::AcceptedImage::clean_coin;
  EXPECT_FALSE(trace(x).targets.defined());
}

}  // namespace
}  // namespace m2m::methods

#include "methods/translator.hpp"

#include <gtest/gtest.h>

#include "support/planned_step.hpp"

namespace m2m::methods {
namespace {

TEST(StepwiseTranslator, TranslatesTheSameFromARecordingForAnyNumberOfImages) {
  testing::PlannedStep x;
  StepwiseTranslator recorded(x.m2m, true);
  const TranslationWork work = x.work(x.batch());
  const torch::Tensor seeds = x.context().gather(work.seeds);
  ASSERT_GE(seeds.size(0), 11);
  for (const std::int64_t count : {5, 8, 5, 3, 1, 8, 5, 11}) {  // each bucket is first recorded, then replayed
    const auto some = [&](const torch::Tensor& rows) { return rows.narrow(0, 0, count); };
    const torch::Tensor plain =
        translate(*x.f, *x.g, some(seeds), some(work.seed_classes), some(work.targets), count + 3, x.m2m);
    TranslationWork some_work = work;
    some_work.seed_classes = some(work.seed_classes);
    some_work.targets = some(work.targets);
    some_work.n = count + 3;
    const torch::Tensor got = recorded.steps(x.context(), some_work, some(seeds));
    ASSERT_EQ(got.sizes(), plain.sizes());
    EXPECT_TRUE(torch::allclose(got, plain, 1e-12, 1e-12)) << count;
  }
}

TEST(StepwiseTranslator, GivesTheSameProbabilityFromARecordingForAnyNumberOfImages) {
  testing::PlannedStep x;
  StepwiseTranslator recorded(x.m2m, true);
  const TranslationWork work = x.work(x.batch());
  const torch::Tensor seeds = x.context().gather(work.seeds);
  for (const std::int64_t count : {5, 8, 5, 3, 11, 8, 11}) {
    const torch::Tensor images = seeds.narrow(0, 0, count), targets = work.targets.narrow(0, 0, count);
    const torch::Tensor got = recorded.probability(*x.g, images, targets);
    EXPECT_TRUE(torch::allclose(got, target_probability(*x.g, images, targets), 1e-12, 1e-12)) << count;
  }
}

TEST(StepwiseTranslator, FollowsAnFThatHasChanged) {
  testing::PlannedStep x;
  StepwiseTranslator recorded(x.m2m, true);
  TranslationWork work = x.work(x.batch());
  work.n = 64;
  const torch::Tensor seeds = x.context().gather(work.seeds);
  const auto translated = [&] { return recorded.steps(x.context(), work, seeds); };
  translated();
  const torch::Tensor before = translated();
  {
    const torch::NoGradGuard no_gradient;
    for (torch::Tensor& parameter : x.f_network->parameters()) parameter.mul_(1.5);
  }
  x.f->refresh();
  const torch::Tensor after = translated();
  EXPECT_FALSE(torch::allclose(before, after));
  EXPECT_TRUE(torch::allclose(after, translate(*x.f, *x.g, seeds, work.seed_classes, work.targets, 64, x.m2m)));
}

}  // namespace
}  // namespace m2m::methods

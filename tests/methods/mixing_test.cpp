#include "methods/mixing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "settings/choices.hpp"
#include "settings/loss_settings.hpp"
#include "support/tiny_data.hpp"

namespace m2m::methods {

using settings::Mixing;

namespace {

constexpr data::ImageShape shape{1, 8, 8};

data::PlanInputs tiny_inputs() {
  const auto data = testing::tiny_data({60, 20, 6, 2});
  return data::make_plan_inputs(data->set, data->split, 16, {1, SeedRole::order}, {1, SeedRole::plan});
}

settings::MixSettings settings_of(Mixing kind) {
  settings::MixSettings settings;
  settings.kind = kind;
  settings.cmo_until = 100;
  return settings;
}

TEST(DrawBeta, HasTheMeanAndVarianceOfTheDistribution) {
  for (const double alpha : {0.001, 0.2, 1.0, 4.0}) {  // with 0.001 most gamma variates are too small for a double
    Stream stream({5, SeedRole::plan}, Purpose::mix_share);
    double sum = 0, squares = 0;
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i) {
      const double value = draw_beta(stream, alpha);
      ASSERT_GE(value, 0);
      ASSERT_LE(value, 1);
      sum += value;
      squares += value * value;
    }
    EXPECT_NEAR(sum / n, 0.5, 0.01) << alpha;
    EXPECT_NEAR(squares / n - sum * sum / n / n, 1 / (4 * (2 * alpha + 1)), 0.01) << alpha;
  }
}

TEST(Mixup, PairsEachSlotWithAPermutationOfItsStepAndOneShare) {
  const data::PlanInputs inputs = tiny_inputs();
  const data::EpochPlan plan = data::plan_epoch(inputs, 3, settings::Sampling::permutation);
  const StepMix mix = plan_mix(inputs, plan.step(1), 3, 1, shape, settings_of(Mixing::mixup));
  ASSERT_EQ(mix.partners.size(), plan.step(1).size());
  std::multiset<int> own, partners;
  for (std::size_t i = 0; i < mix.partners.size(); ++i) {
    own.insert(plan.step(1)[i].image);
    partners.insert(mix.partners[i].image);
    EXPECT_EQ(mix.label_shares[i], mix.share);
  }
  EXPECT_EQ(own, partners);
  EXPECT_GT(mix.share, 0);
  EXPECT_LT(mix.share, 1);
  EXPECT_NE(plan_mix(inputs, plan.step(2), 3, 2, shape, settings_of(Mixing::mixup)).share, mix.share);
}

TEST(Mixing, DoesNothingIfItIsOff) {
  const data::PlanInputs inputs = tiny_inputs();
  const data::EpochPlan plan = data::plan_epoch(inputs, 0, settings::Sampling::permutation);
  EXPECT_TRUE(plan_mix(inputs, plan.step(0), 0, 0, shape, settings_of(Mixing::none)).partners.empty());
  settings::MixSettings early = settings_of(Mixing::cmo);
  early.cmo_from = 1;
  early.cmo_probability = 1;
  EXPECT_TRUE(plan_mix(inputs, plan.step(0), 0, 0, shape, early).partners.empty());
}

TEST(Remix, GivesTheLabelToTheRarerClassIfItsShareIsLargeEnough) {
  // kappa 3, tau 0.5: below a share of 0.5 the frequent class keeps nothing; the rare one keeps all.
  EXPECT_EQ(remix_label_share(0.4, 60, 20, 3, 0.5), 0);
  EXPECT_EQ(remix_label_share(0.6, 60, 20, 3, 0.5), 0.6);
  EXPECT_EQ(remix_label_share(0.6, 20, 60, 3, 0.5), 1);
  EXPECT_EQ(remix_label_share(0.4, 20, 60, 3, 0.5), 0.4);
  EXPECT_EQ(remix_label_share(0.4, 60, 40, 3, 0.5), 0.4);
}

TEST(Cmo, PastesABoxWhoseAreaIsTheLabelsShare) {
  const data::PlanInputs inputs = tiny_inputs();
  settings::MixSettings settings = settings_of(Mixing::cmo);
  settings.cmo_probability = 1;
  std::vector<int> classes(4, 0);
  for (int step = 0; step < 200; ++step) {
    const data::EpochPlan plan = data::plan_epoch(inputs, 0, settings::Sampling::permutation);
    const StepMix mix = plan_mix(inputs, plan.step(0), 0, step, shape, settings);
    ASSERT_TRUE(mix.box);
    EXPECT_GE(mix.box->top, 0);
    EXPECT_LE(mix.box->top + mix.box->height, 8);
    EXPECT_LE(mix.box->left + mix.box->width, 8);
    EXPECT_DOUBLE_EQ(mix.label_shares[0], 1 - mix.box->height * mix.box->width / 64.0);
    for (const data::Slot& slot : mix.partners) ++classes[inputs.labels[slot.image]];
  }
  // Partners are drawn class-balanced: each class a quarter of 3,200.
  for (const int n : classes) EXPECT_NEAR(n, 800, 120);
}

TEST(Cmo, MixesAboutEverySecondStep) {
  const data::PlanInputs inputs = tiny_inputs();
  const data::EpochPlan plan = data::plan_epoch(inputs, 0, settings::Sampling::permutation);
  int mixed = 0;
  for (int step = 0; step < 400; ++step) {
    mixed += plan_mix(inputs, plan.step(0), 0, step, shape, settings_of(Mixing::cmo)).partners.empty() ? 0 : 1;
  }
  EXPECT_NEAR(mixed, 200, 40);
}

TEST(CutMix, PastesABoxOfAPermutationOfItsStep) {
  const data::PlanInputs inputs = tiny_inputs();
  const data::EpochPlan plan = data::plan_epoch(inputs, 0, settings::Sampling::permutation);
  settings::MixSettings settings = settings_of(Mixing::cutmix);
  settings.cutmix_probability = 1;
  std::set<double> shares;
  for (int step = 0; step < 50; ++step) {
    const StepMix mix = plan_mix(inputs, plan.step(0), 0, step, shape, settings);
    ASSERT_TRUE(mix.box);
    std::multiset<int> own, partners;
    for (std::size_t i = 0; i < mix.partners.size(); ++i) {
      own.insert(plan.step(0)[i].image);
      partners.insert(mix.partners[i].image);
      EXPECT_DOUBLE_EQ(mix.label_shares[i], 1 - mix.box->height * mix.box->width / 64.0);
    }
    EXPECT_EQ(own, partners);
    shares.insert(mix.share);
  }
  EXPECT_GT(shares.size(), 10U);
}

TEST(CutMix, MixesStepsByItsProbabilityInAllEpochs) {
  const data::PlanInputs inputs = tiny_inputs();
  const data::EpochPlan plan = data::plan_epoch(inputs, 0, settings::Sampling::permutation);
  for (const double probability : {0.0, 0.5, 1.0}) {
    settings::MixSettings settings = settings_of(Mixing::cutmix);
    settings.cutmix_probability = probability;
    settings.cmo_until = 0;  // CMO's alone
    int mixed = 0;
    for (int step = 0; step < 400; ++step) {
      mixed += plan_mix(inputs, plan.step(0), 7, step, shape, settings).partners.empty() ? 0 : 1;
    }
    if (probability == 0.5) {
      EXPECT_NEAR(mixed, 200, 40);
    } else {
      EXPECT_EQ(mixed, 400 * probability);
    }
  }
}

TEST(MixBatch, WithAnEmptyBoxIsThePlainBatchWithThePlainLoss) {
  StepMix mix;
  mix.box = Box{3, 3, 0, 0};
  mix.partners.resize(2);
  const torch::Tensor images = torch::rand({2, 1, 8, 8});
  Batch batch{images.clone(), torch::tensor({0, 1}, torch::kInt64), {0, 1}};
  mix_batch(mix, {torch::zeros({2, 1, 8, 8}), torch::tensor({1, 0}, torch::kInt64), torch::tensor({1.0, 1.0})},
            batch);
  EXPECT_TRUE(torch::equal(batch.images, images));
  const torch::Tensor outputs = torch::tensor({{1.0, 2.0}, {0.5, -3.0}});
  EXPECT_TRUE(torch::equal(mixed_loss(cross_entropy, outputs, batch), cross_entropy(outputs, batch.labels)));
}

TEST(MixBatch, MixesPixelsAndLossesAlike) {
  StepMix mix;
  mix.share = 0.75;
  mix.partners.resize(4);
  Batch batch{torch::ones({2, 1, 2, 2}), torch::tensor({0, 1}, torch::kInt64), {1, 3}};
  mix_batch(mix,
            {torch::full({2, 1, 2, 2}, 5.0F), torch::tensor({1, 0}, torch::kInt64), torch::tensor({0.75, 0.0})},
            batch);
  EXPECT_TRUE(torch::allclose(batch.images, torch::full({2, 1, 2, 2}, 2.0F)));
  const LossFn loss = [](const torch::Tensor&, const torch::Tensor& labels) {
    return labels.to(torch::kFloat32) + 1;
  };
  EXPECT_TRUE(torch::allclose(mixed_loss(loss, {}, batch), torch::tensor({0.75F * 1 + 0.25F * 2, 1.0F})));
}

TEST(MixBatch, MixesEachPairByItsOwnShareIfThePlanSaysSo) {
  StepMix mix;
  mix.shares_by_pair = true;
  mix.partners.resize(3);
  Batch batch{torch::ones({3, 1, 2, 2}), torch::tensor({0, 1, 2}, torch::kInt64), {0, 1, 2}};
  mix_batch(mix,
            {torch::full({3, 1, 2, 2}, 5.0F), torch::tensor({1, 0, 0}, torch::kInt64),
             torch::tensor({0.75, 0.25, 1.0}, torch::kFloat64)},
            batch);
  EXPECT_TRUE(torch::equal(batch.images.mean({1, 2, 3}), torch::tensor({2.0F, 4.0F, 1.0F})));
  EXPECT_TRUE(torch::equal(batch.label_shares, torch::tensor({0.75F, 0.25F, 1.0F})));
}

TEST(MixBatch, GivesARankItsRowsOfTheWholeBatch) {
  StepMix mix;
  mix.shares_by_pair = true;
  mix.partners.resize(4);
  const torch::Tensor images = torch::rand({4, 3, 5, 5}), others = torch::rand({4, 3, 5, 5});
  const torch::Tensor labels = torch::zeros({4}, torch::kInt64), shares = torch::rand({4}, torch::kFloat64);
  Batch whole{images.clone(), labels, {0, 1, 2, 3}}, part{images.narrow(0, 1, 2).clone(), labels, {1, 2}};
  mix_batch(mix, {others, labels, shares}, whole);
  mix_batch(mix, {others.narrow(0, 1, 2), labels, shares.narrow(0, 1, 2)}, part);
  EXPECT_TRUE(torch::equal(part.images, whole.images.narrow(0, 1, 2)));
}

TEST(MixBatch, PastesTheBoxAndNothingElse) {
  StepMix mix;
  mix.box = Box{1, 0, 1, 2};
  mix.partners.resize(1);
  Batch batch{torch::zeros({1, 1, 2, 2}), torch::tensor({0}, torch::kInt64), {0}};
  mix_batch(mix, {torch::ones({1, 1, 2, 2}), torch::tensor({1}, torch::kInt64), torch::tensor({0.5})}, batch);
  EXPECT_TRUE(torch::equal(batch.images.view({4}), torch::tensor({0.0F, 0.0F, 1.0F, 1.0F})));
}

TEST(MixedLoss, TakesTheCloudsOffTheOutputsForBothLabels) {
  Batch batch{torch::zeros({1, 1, 1, 1}), torch::tensor({0}, torch::kInt64), {0}};
  batch.clouds = torch::tensor({{0.5, 0.0, 1.0}});
  const torch::Tensor outputs = torch::tensor({{1.0, 2.0, 3.0}}), lowered = torch::tensor({{0.5, 2.0, 2.0}});
  const auto loss_for = [&](std::int64_t label) { return cross_entropy(lowered, torch::tensor({label})); };
  EXPECT_TRUE(torch::equal(mixed_loss(cross_entropy, outputs, batch), loss_for(0)));
  batch.partner_labels = torch::tensor({2}, torch::kInt64);
  batch.label_shares = torch::tensor({0.25});
  EXPECT_TRUE(torch::allclose(mixed_loss(cross_entropy, outputs, batch), 0.25 * loss_for(0) + 0.75 * loss_for(2)));
}

TEST(MixedLoss, IsThePlainLossIfNothingIsMixed) {
  const Batch batch{torch::zeros({1, 1, 1, 1}), torch::tensor({2}, torch::kInt64), {0}};
  const LossFn loss = [](const torch::Tensor&, const torch::Tensor& labels) { return labels * 2; };
  EXPECT_TRUE(torch::equal(mixed_loss(loss, {}, batch), torch::tensor({4}, torch::kInt64)));
}

}  // namespace
}  // namespace m2m::methods

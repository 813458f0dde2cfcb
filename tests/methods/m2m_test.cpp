#include "methods/m2m.hpp"

#include <gtest/gtest.h>

#include "settings/m2m_settings.hpp"
#include "support/planned_step.hpp"

namespace m2m::methods {
namespace {

using Fixture = testing::PlannedStep;

TEST(M2mEditor, KeepsTheSameSlotsAndImagesWhetherTheCoinIsTossedFirstOrLast) {
  Fixture x;
  Batch coin_first = x.batch();
  Batch translate_first = x.batch();
  const TranslatedSlots a = x.apply(coin_first);
  x.m2m.order = settings::CoinOrder::translate_first;
  x.planned = plan_translations(x.inputs, x.plan.step(0), 4, 0, x.m2m, x.data->set.train.shape);
  const TranslatedSlots b = x.apply(translate_first);
  EXPECT_LT(a.rows.size(0), b.rows.size(0));
  EXPECT_GT(a.accepted.sum().item<int>(), 0);
  EXPECT_TRUE(torch::equal(a.rows.masked_select(a.accepted), b.rows.masked_select(b.accepted)));
  EXPECT_TRUE(torch::allclose(coin_first.images, translate_first.images, 1e-6, 1e-6));
}

TEST(M2mEditor, ChangesAcceptedSlotsAndNoOther) {
  Fixture x;
  const Batch before = x.batch();
  Batch after = x.batch();
  const TranslatedSlots edited = x.apply(after);
  torch::Tensor changed = (before.images - after.images).abs().flatten(1).amax(1) > 0;
  torch::Tensor expected = torch::zeros_like(changed);
  expected.index_fill_(0, edited.rows.masked_select(edited.accepted), true);
  EXPECT_TRUE(torch::equal(changed, expected));
  EXPECT_TRUE(torch::equal(before.labels, after.labels));
}

TEST(M2mEditor, TranslatesASlotAlikeOnWhicheverRankItIs) {
  Fixture x;
  Batch whole = x.batch();
  const int accepted = x.apply(whole).accepted.sum().item<int>();
  for (const int ranks : {2, 3, 64}) {
    int together = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      Batch shard = x.shard(rank, ranks);
      const TranslatedSlots edited = x.apply(shard);
      if (edited.rows.defined()) together += edited.accepted.sum().item<int>();
      for (std::size_t i = 0; i < shard.slots.size(); ++i) {
        EXPECT_TRUE(torch::allclose(shard.images[i], whole.images[shard.slots[i]], 0,
                                    testing::gives_same_bits() ? 1e-12 : 1e-9))
            << shard.slots[i];
      }
    }
    EXPECT_EQ(together, accepted) << ranks;
  }
}

TEST(M2mEditor, LeavesABatchUnchangedIfNothingWasChosen) {
  Fixture x;
  Batch batch = x.batch();
  x.planned = {};
  const TranslatedSlots edited = x.apply(batch);
  EXPECT_FALSE(edited.rows.defined());
  EXPECT_TRUE(torch::equal(batch.images, x.batch().images));
}

TEST(M2mEditor, WithAGammaThatNothingCanPassKeepsNothing) {
  Fixture x;
  x.m2m.gamma = 1.1;
  Batch batch = x.batch();
  const TranslatedSlots edited = x.apply(batch);
  EXPECT_EQ(edited.accepted.sum().item<int>(), 0);
  EXPECT_TRUE(torch::equal(batch.images, x.batch().images));
}

TEST(M2mSettings, FollowTheProtocolUnlessASettingIsGiven) {
  const settings::M2mSettings code =
      settings::read<settings::M2mSettings>(testing::tiny_config({{"protocol", "code"}}));
  EXPECT_EQ(code.seed_by, settings::SeedBy::sample);
  EXPECT_EQ(code.gamma_test, settings::GammaTest::probability);
  const settings::M2mSettings paper = settings::read<settings::M2mSettings>(
      testing::tiny_config({{"protocol", "paper"}, {"m2m.seed_by", "sample"}}));
  EXPECT_EQ(paper.seed_by, settings::SeedBy::sample);
  EXPECT_EQ(paper.gamma_test, settings::GammaTest::cross_entropy);
}

/// Returns the seed images of a fixture's accepted translations, from the data.
torch::Tensor accepted_seeds(const Fixture& x, const TranslatedSlots& edited) {
  std::vector<data::Slot> seeds;
  for (const Translation& t : x.planned.chosen) {
    if (t.is_translated) seeds.push_back(t.seed);
  }
  const torch::Tensor images = train::gather_slots(*x.data, seeds, torch::kFloat64);
  return images.index_select(0, edited.accepted.nonzero().squeeze(1));
}

TEST(M2mEditor, ShowsTheSeedImageIfTheSettingIsClean) {
  Fixture x;
  Batch translated = x.batch(), clean = x.batch(), by_coin = x.batch();
  const TranslatedSlots expected = x.apply(translated);
  x.m2m.image = settings::AcceptedImage::clean;
  const TranslatedSlots edited = x.apply(clean);
  EXPECT_TRUE(torch::equal(expected.accepted, edited.accepted));
  const torch::Tensor rows = edited.rows.masked_select(edited.accepted);
  EXPECT_TRUE(torch::equal(clean.images.index_select(0, rows), accepted_seeds(x, edited)));
  EXPECT_FALSE(torch::equal(translated.images.index_select(0, rows), accepted_seeds(x, edited)));
  x.m2m.image = settings::AcceptedImage::clean_coin;
  const TranslatedSlots coin = x.apply(by_coin);
  EXPECT_TRUE(torch::equal(coin.accepted, coin.coins));
  EXPECT_GE(coin.accepted.sum().item<int>(), edited.accepted.sum().item<int>());
}

TEST(M2mEditor, TrainsAcceptedImagesOnTheLabelOfThePlan) {
  Fixture x;
  x.m2m.label = settings::TrainLabel::random;
  x.planned = plan_translations(x.inputs, x.plan.step(0), 4, 0, x.m2m, x.data->set.train.shape);
  const Batch before = x.batch();
  Batch after = x.batch();
  const TranslatedSlots edited = x.apply(after);
  const torch::Tensor rows = edited.rows.masked_select(edited.accepted);
  ASSERT_GT(rows.numel(), 0);
  const torch::Tensor labels = after.labels.index_select(0, rows);
  EXPECT_TRUE((labels != edited.targets.masked_select(edited.accepted)).all().item<bool>());
  EXPECT_TRUE((labels != edited.seed_classes.masked_select(edited.accepted)).all().item<bool>());
  EXPECT_EQ((after.labels != before.labels).sum().item<std::int64_t>(), rows.numel());
}

TranslationTrace trace(testing::PlannedStep& x, double logit_scale = 1) {
  return x.editor().trace(x.context(), x.work(x.batch()), logit_scale);
}

TEST(TranslationTrace, EndsWhereTheTranslationOfTheBatchEnds) {
  testing::PlannedStep x;
  Batch batch = x.batch();
  const TranslatedSlots edited = x.apply(batch);
  const TranslationTrace traced = trace(x);
  EXPECT_TRUE(torch::equal(traced.kept, edited.accepted));
  EXPECT_TRUE(torch::equal(traced.targets, edited.targets));
  EXPECT_TRUE(torch::equal(traced.seed_classes, edited.seed_classes));
  const torch::Tensor shown = batch.images.index_select(0, edited.rows.masked_select(edited.accepted));
  EXPECT_GT(shown.size(0), 0);
  EXPECT_TRUE(testing::agree(traced.translated.index_select(0, edited.accepted.nonzero().squeeze(1)), shown));
}

TEST(TranslationTrace, HoldsTheAnswersOfBothNetworksAtBothEnds) {
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

TEST(TranslationTrace, IsEmptyIfNothingIsTranslated) {
  testing::PlannedStep x;
  x.m2m.image = settings::AcceptedImage::clean_coin;
  EXPECT_FALSE(trace(x).targets.defined());
}

}  // namespace
}  // namespace m2m::methods

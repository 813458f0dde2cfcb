#include "methods/m2m.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "data/dealing.hpp"
#include "support/tiny_data.hpp"
#include "train/trial.hpp"

namespace m2m {
namespace {

/// A planned step of a made-up data set, with f and g of their own.
struct Fixture {
  std::shared_ptr<const LoadedData> data = test::tiny_data({60, 20, 6, 2});
  Config config = test::tiny_config({{"method", "M2m"}, {"train.precision", "float64"}, {"m2m.gamma", 0.3}});
  TrainSettings settings = train_settings(config);
  PlanBasis basis = plan_basis(data->set, data->split, 64, keys_of_f(config).order, keys_of_f(config).plan);
  EpochPlan plan = plan_epoch(basis, 4, Sampling::class_balanced);
  M2mSettings m2m = m2m_settings(config);
  StepTranslations planned = plan_translations(basis, plan.step(0), 4, 0, m2m.plan, data->set.train.shape);
  std::shared_ptr<Network> f_network = build_network(settings, *data), g_network = build_network(settings, *data);
  std::unique_ptr<FrozenNetwork> f = freeze(*f_network), g = freeze(*g_network);

  Fixture() {
    initialise(*f_network, keys_of_f(config).init);
    initialise(*g_network, keys_of_g(config).init);
    f->refresh();
    g->refresh();
  }
  Batch batch() const {
    std::vector<std::int64_t> labels;
    for (const Slot& slot : plan.step(0)) labels.push_back(basis.labels[slot.image]);
    std::vector<std::int32_t> slots(labels.size());
    std::iota(slots.begin(), slots.end(), 0);
    return {gather_slots(*data, plan.step(0), torch::kFloat64), torch::tensor(labels, torch::kInt64), slots};
  }
  /// The slots that a rank takes of that batch.
  Batch share(int rank, int ranks) const {
    const Batch whole = batch();
    const auto own = deal_slots(whole.labels.size(0), planned.worked_slots(), rank, ranks);
    const torch::Tensor rows = torch::tensor(std::vector<std::int64_t>(own.begin(), own.end()), torch::kInt64);
    return {whole.images.index_select(0, rows), whole.labels.index_select(0, rows), own};
  }
  EditContext context() const {
    return {*f, *g, basis.plan,
            4,  0,  [this](const std::vector<Slot>& slots) {
              return gather_slots(*data, slots, torch::kFloat64); }};
  }
};

TEST(ApplyM2m, KeepsTheSameSlotsAndImagesWhetherTheCoinIsTossedFirstOrLast) {
  Fixture x;
  Batch coin_first = x.batch();
  Batch translate_first = x.batch();
  const Edited a = apply_m2m(x.m2m, x.context(), x.planned, coin_first);
  x.m2m.plan.order = CoinOrder::translate_first;
  const StepTranslations all =
      plan_translations(x.basis, x.plan.step(0), 4, 0, x.m2m.plan, x.data->set.train.shape);
  const Edited b = apply_m2m(x.m2m, x.context(), all, translate_first);
  EXPECT_LT(a.rows.size(0), b.rows.size(0));
  EXPECT_GT(a.accepted.sum().item<int>(), 0);
  EXPECT_TRUE(torch::equal(a.rows.masked_select(a.accepted), b.rows.masked_select(b.accepted)));
  EXPECT_TRUE(torch::allclose(coin_first.images, translate_first.images, 1e-6, 1e-6));
}

TEST(ApplyM2m, ChangesAcceptedSlotsAndNoOther) {
  Fixture x;
  const Batch before = x.batch();
  Batch after = x.batch();
  const Edited edited = apply_m2m(x.m2m, x.context(), x.planned, after);
  torch::Tensor changed = (before.images - after.images).abs().flatten(1).amax(1) > 0;
  torch::Tensor expected = torch::zeros({64}, torch::kBool);
  expected.index_fill_(0, edited.rows.masked_select(edited.accepted), true);
  EXPECT_TRUE(torch::equal(changed, expected));
  EXPECT_TRUE(torch::equal(before.labels, after.labels));
}

TEST(ApplyM2m, TranslatesASlotAlikeWhicheverRankHoldsItAndItsSeed) {
  Fixture x;
  Batch whole = x.batch();
  const int accepted = apply_m2m(x.m2m, x.context(), x.planned, whole).accepted.sum().item<int>();
  for (const int ranks : {2, 3, 64}) {
    int together = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      Batch share = x.share(rank, ranks);
      const Edited edited = apply_m2m(x.m2m, x.context(), x.planned, share);
      if (edited.rows.defined()) together += edited.accepted.sum().item<int>();
      for (std::size_t i = 0; i < share.slots.size(); ++i) {
        EXPECT_TRUE(torch::allclose(share.images[i], whole.images[share.slots[i]], 0, 1e-12)) << share.slots[i];
      }
    }
    EXPECT_EQ(together, accepted) << ranks;
  }
}

TEST(ApplyM2m, LeavesABatchAloneWhereNothingWasChosen) {
  Fixture x;
  Batch batch = x.batch();
  const Edited edited = apply_m2m(x.m2m, x.context(), {}, batch);
  EXPECT_FALSE(edited.rows.defined());
  EXPECT_TRUE(torch::equal(batch.images, x.batch().images));
}

TEST(ApplyM2m, WithAGammaThatNothingCanPassKeepsNothing) {
  Fixture x;
  x.m2m.translate.gamma = 1.1;
  Batch batch = x.batch();
  const Edited edited = apply_m2m(x.m2m, x.context(), x.planned, batch);
  EXPECT_EQ(edited.accepted.sum().item<int>(), 0);
  EXPECT_TRUE(torch::equal(batch.images, x.batch().images));
}

TEST(M2mSettings, FollowTheProtocolUnlessASwitchIsSetAlone) {
  const M2mSettings code = m2m_settings(test::tiny_config({{"protocol", "code"}}));
  EXPECT_EQ(code.plan.seed_by, SeedBy::sample);
  EXPECT_EQ(code.translate.gamma_test, GammaTest::probability);
  const M2mSettings paper = m2m_settings(test::tiny_config({{"protocol", "paper"}, {"m2m.seed_by", "sample"}}));
  EXPECT_EQ(paper.plan.seed_by, SeedBy::sample);
  EXPECT_EQ(paper.translate.gamma_test, GammaTest::cross_entropy);
}

/// The images of a fixture's translations that were accepted, as their seeds are in the data.
torch::Tensor accepted_seeds(const Fixture& x, const Edited& edited) {
  std::vector<Slot> seeds;
  for (const Translation& t : x.planned.chosen) {
    if (t.worked) seeds.push_back(t.seed);
  }
  const torch::Tensor images = gather_slots(*x.data, seeds, torch::kFloat64);
  return images.index_select(0, edited.accepted.nonzero().squeeze(1));
}

TEST(ApplyM2m, ShowsTheSeedItselfWhereItIsToBeClean) {
  Fixture x;
  Batch translated = x.batch(), clean = x.batch(), by_coin = x.batch();
  const Edited as_ever = apply_m2m(x.m2m, x.context(), x.planned, translated);
  x.m2m.image = AcceptedImage::clean;
  const Edited edited = apply_m2m(x.m2m, x.context(), x.planned, clean);
  EXPECT_TRUE(torch::equal(as_ever.accepted, edited.accepted));
  const torch::Tensor rows = edited.rows.masked_select(edited.accepted);
  EXPECT_TRUE(torch::equal(clean.images.index_select(0, rows), accepted_seeds(x, edited)));
  EXPECT_FALSE(torch::equal(translated.images.index_select(0, rows), accepted_seeds(x, edited)));
  x.m2m.image = AcceptedImage::clean_coin;
  const Edited coin = apply_m2m(x.m2m, x.context(), x.planned, by_coin);
  EXPECT_TRUE(torch::equal(coin.accepted, coin.coins));
  EXPECT_GE(coin.accepted.sum().item<int>(), edited.accepted.sum().item<int>());
}

TEST(ApplyM2m, TrainsAcceptedImagesOnTheLabelOfThePlan) {
  Fixture x;
  x.m2m.plan.label = TrainLabel::random;
  x.planned = plan_translations(x.basis, x.plan.step(0), 4, 0, x.m2m.plan, x.data->set.train.shape);
  const Batch before = x.batch();
  Batch after = x.batch();
  const Edited edited = apply_m2m(x.m2m, x.context(), x.planned, after);
  const torch::Tensor rows = edited.rows.masked_select(edited.accepted);
  ASSERT_GT(rows.numel(), 0);
  const torch::Tensor labels = after.labels.index_select(0, rows);
  EXPECT_TRUE((labels != edited.targets.masked_select(edited.accepted)).all().item<bool>());
  EXPECT_TRUE((labels != edited.seed_classes.masked_select(edited.accepted)).all().item<bool>());
  EXPECT_EQ((after.labels != before.labels).sum().item<std::int64_t>(), rows.numel());
}

}  // namespace
}  // namespace m2m

// Mixing whose partners or shares depend on the classes: UniMix, MAMix and balanced mixup.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "methods/mixing.hpp"
#include "settings/choices.hpp"
#include "support/tiny_data.hpp"

namespace m2m::methods {

using settings::Mixing;

namespace {

constexpr data::ImageShape shape{1, 8, 8};

data::PlanInputs tiny_inputs() {
  const auto data = testing::tiny_data({60, 20, 6, 2});
  return data::make_plan_inputs(data->set, data->split, 16, {1, SeedRole::order}, {1, SeedRole::plan});
}

settings::MixSettings settings_of(Mixing kind, double alpha) {
  settings::MixSettings settings;
  settings.kind = kind;
  settings.alpha = alpha;
  return settings;
}

/// The first step of epoch 0, which is mixed in many ways.
struct OneStep {
  data::PlanInputs inputs = tiny_inputs();
  data::EpochPlan plan = data::plan_epoch(inputs, 0, settings::Sampling::permutation);
  std::span<const data::Slot> slots = plan.step(0);

  StepMix mix(const settings::MixSettings& settings, int step) const {
    return plan_mix(inputs, slots, 0, step, shape, settings);
  }
  int label(const data::Slot& slot) const { return inputs.labels[slot.image]; }
  double count(const data::Slot& slot) const { return static_cast<double>(inputs.counts[label(slot)]); }
};

/// The mean and the variance of numbers.
struct Moments {
  double n = 0, sum = 0, squares = 0;
  void add(double value) {
    n += 1;
    sum += value;
    squares += value * value;
  }
  double mean() const { return sum / n; }
  double variance() const { return squares / n - mean() * mean(); }
};

TEST(UnimixShare, IsTheDrawShiftedByThePartnersPartOfTheCounts) {
  EXPECT_DOUBLE_EQ(unimix_share(0.125, 1, 3), 0.875);
  EXPECT_DOUBLE_EQ(unimix_share(0.5, 1, 3), 0.25);
  EXPECT_DOUBLE_EQ(unimix_share(0.125, 3, 1), 0.375);
  EXPECT_DOUBLE_EQ(unimix_share(0, 3, 1), 0.25) << "a draw near 0 or 1 gives the rarer class the larger share";
}

TEST(UnimixShare, OfThePartnerIsThatOfTheReversedPair) {
  for (const double draw : {0.1, 0.35, 0.6, 0.99}) {
    for (const double n : {1.0, 7.0, 500.0}) {
      EXPECT_NEAR(unimix_share(draw, n, 40), 1 - unimix_share(1 - draw, 40, n), 1e-12) << draw << " " << n;
    }
  }
}

TEST(UniMix, DrawsAPartnerOfTheStepByAPowerOfItsCount) {
  const OneStep step;
  for (const double tau : {-1.0, -0.5, 0.0}) {
    settings::MixSettings settings = settings_of(Mixing::unimix, 0.8);
    settings.unimix_tau = tau;
    std::map<int, double> drawn, expected;
    double sum = 0;
    for (const data::Slot& slot : step.slots) sum += std::pow(step.count(slot), tau);
    constexpr int steps = 500;
    const double draws = steps * static_cast<double>(step.slots.size());
    for (const data::Slot& slot : step.slots) {
      expected[step.label(slot)] += draws * std::pow(step.count(slot), tau) / sum;
    }
    for (int i = 0; i < steps; ++i) {
      for (const data::Slot& slot : step.mix(settings, i).partners) ++drawn[step.label(slot)];
    }
    ASSERT_GT(expected.size(), 1U);
    // Five deviations of a binomial number.
    for (const auto& [label, n] : expected) EXPECT_NEAR(drawn[label], n, 5 * std::sqrt(n)) << tau << " " << label;
  }
}

TEST(UniMix, DrawsAShareForEachPairFromBeta) {
  const OneStep step;
  Moments draws;
  for (int i = 0; i < 500; ++i) {
    const StepMix mix = step.mix(settings_of(Mixing::unimix, 0.8), i);
    EXPECT_TRUE(mix.shares_by_pair);
    EXPECT_FALSE(mix.box);
    for (std::size_t slot = 0; slot < step.slots.size(); ++slot) {
      const double share = mix.label_shares[slot];
      ASSERT_GE(share, 0);
      ASSERT_LE(share, 1);
      const double n_slot = step.count(step.slots[slot]), n_partner = step.count(mix.partners[slot]);
      const double draw = share - n_partner / (n_slot + n_partner);
      draws.add(draw < 0 ? draw + 1 : draw);
    }
  }
  EXPECT_NEAR(draws.mean(), 0.5, 0.015);
  EXPECT_NEAR(draws.variance(), 1 / (4 * (2 * 0.8 + 1)), 0.005);
}

TEST(UniMix, IsMixupWithAlphaOneAndTauZero) {
  const OneStep step;
  settings::MixSettings settings = settings_of(Mixing::unimix, 1);
  settings.unimix_tau = 0;
  Moments shares;
  for (int i = 0; i < 500; ++i) {
    for (const double share : step.mix(settings, i).label_shares) shares.add(share);
  }
  EXPECT_NEAR(shares.mean(), 0.5, 0.015) << "uniform, whatever the classes";
  EXPECT_NEAR(shares.variance(), 1.0 / 12, 0.005);
}

TEST(MamixLabelShare, IsHalfWhereTheMarginsSaySoAndLinearOnBothSides) {
  // Margins 1/2 and 1 of 16 and 1 samples: the frequent class needs two thirds of the image for half of the label.
  EXPECT_NEAR(mamix_label_share(2.0 / 3, 16, 1, -0.25), 0.5, 1e-12);
  EXPECT_NEAR(mamix_label_share(1.0 / 3, 16, 1, -0.25), 0.25, 1e-12);
  EXPECT_NEAR(mamix_label_share(5.0 / 6, 16, 1, -0.25), 0.75, 1e-12);
  EXPECT_NEAR(mamix_label_share(1.0 / 3, 1, 16, -0.25), 0.5, 1e-12);
  EXPECT_EQ(mamix_label_share(0, 16, 1, -0.25), 0);
  EXPECT_EQ(mamix_label_share(1, 16, 1, -0.25), 1);
}

TEST(MamixLabelShare, OfThePartnerIsTheRest) {
  for (const double share : {0.0, 0.2, 0.5, 0.7, 1.0}) {
    EXPECT_NEAR(mamix_label_share(share, 500, 5, -0.25) + mamix_label_share(1 - share, 5, 500, -0.25), 1, 1e-12);
  }
}

TEST(MamixLabelShare, IsTheShareItselfForEqualCountsOrPowerZero) {
  for (const double share : {0.0, 0.2, 0.5, 0.7, 1.0}) {
    EXPECT_NEAR(mamix_label_share(share, 9, 9, -0.25), share, 1e-12);
    EXPECT_NEAR(mamix_label_share(share, 500, 5, 0), share, 1e-12);
  }
}

TEST(MaMix, MixesTheImagesOfMixupAndMovesTheirLabels) {
  const OneStep step;
  const StepMix mixup = step.mix(settings_of(Mixing::mixup, 1), 3),
                mamix = step.mix(settings_of(Mixing::mamix, 1), 3);
  EXPECT_EQ(mamix.share, mixup.share);
  EXPECT_EQ(mamix.partners, mixup.partners);
  EXPECT_FALSE(mamix.shares_by_pair);
  int moved = 0;
  for (std::size_t i = 0; i < step.slots.size(); ++i) {
    const double n_slot = step.count(step.slots[i]), n_partner = step.count(mamix.partners[i]);
    EXPECT_DOUBLE_EQ(mamix.label_shares[i], mamix_label_share(mixup.share, n_slot, n_partner, -0.25));
    if (n_slot < n_partner) {
      EXPECT_GT(mamix.label_shares[i], mixup.share);
    }
    if (n_slot != n_partner) ++moved;
  }
  EXPECT_GT(moved, 0);
}

TEST(BalancedMixup, MixesClassBalancedDrawsWithASmallShare) {
  const OneStep step;
  Moments partner_shares;
  std::vector<int> classes(4, 0);
  for (int i = 0; i < 1000; ++i) {
    const StepMix mix = step.mix(settings_of(Mixing::balanced_mixup, 0.5), i);
    partner_shares.add(1 - mix.share);
    EXPECT_EQ(mix.label_shares, std::vector<double>(16, mix.share));
    for (const data::Slot& slot : mix.partners) ++classes[step.label(slot)];
  }
  // Beta(alpha, 1) has the mean alpha / (alpha + 1) and the variance alpha / ((alpha + 1)^2 (alpha + 2)).
  EXPECT_NEAR(partner_shares.mean(), 1.0 / 3, 0.04);
  EXPECT_NEAR(partner_shares.variance(), 0.5 / (1.5 * 1.5 * 2.5), 0.012);
  for (const int n : classes) EXPECT_NEAR(n, 4000, 280);
}

}  // namespace
}  // namespace m2m::methods

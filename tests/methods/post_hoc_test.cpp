#include "methods/post_hoc.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace m2m::methods {
namespace {

const std::vector<float> logits = {3, 1, 0, 2};

TEST(LogitAdjustment, IsTheIdentityWithTauZero) { EXPECT_EQ(adjusted_logits(logits, {90, 10}, 0), logits); }

TEST(LogitAdjustment, TakesOffTheLogOfTheFrequency) {
  const std::vector<float> adjusted = adjusted_logits(logits, {90, 10}, 2);
  EXPECT_NEAR(adjusted[0], 3 - 2 * std::log(0.9), 1e-6);
  EXPECT_NEAR(adjusted[1], 1 - 2 * std::log(0.1), 1e-6);
  EXPECT_NEAR(adjusted[3], 2 - 2 * std::log(0.1), 1e-6);
}

TEST(TauNormalisation, TakesOffTheBiasWithTauZero) {
  EXPECT_EQ(tau_normalised_logits(logits, {1, -1}, {2, 4}, 0), (std::vector<float>{2, 2, -1, 3}));
}

TEST(TauNormalisation, DividesByAPowerOfTheLength) {
  EXPECT_EQ(tau_normalised_logits(logits, {1, -1}, {2, 4}, 1), (std::vector<float>{1, 0.5F, -0.5F, 0.75F}));
  EXPECT_NEAR(tau_normalised_logits(logits, {0, 0}, {2, 4}, 0.5)[1], 0.5, 1e-6);
}

TEST(CandidateTaus, AreThoseOfTheSource) {
  ASSERT_EQ(candidate_taus().size(), 21U);
  EXPECT_EQ(candidate_taus().front(), 0);
  EXPECT_EQ(candidate_taus().back(), 2);
}

}  // namespace
}  // namespace m2m::methods

// LADER, the term of LADE's loss over a batch: by hand, its gradient, and shared by ranks.
#include "methods/batch_loss.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "methods/losses.hpp"
#include "settings/resolve.hpp"

namespace m2m::methods {
namespace {

torch::Tensor doubles(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

torch::Tensor integers(const std::vector<std::int64_t>& values) { return torch::tensor(values, torch::kInt64); }

/// The stack of one rank.
torch::Tensor alone(const torch::Tensor& own) { return own.unsqueeze(0); }

/// A batch of 12 samples of 4 classes, of which the last has none, and the prior.
struct Batch12 {
  torch::Tensor logits;
  torch::Tensor labels = integers({0, 0, 1, 0, 2, 0, 1, 0, 2, 0, 1, 0});
  torch::Tensor log_priors = doubles({0.6, 0.25, 0.1, 0.05}).log();

  Batch12() {
    torch::manual_seed(3);
    logits = 3 * torch::randn({12, 4}, torch::kFloat64);
  }
};

TEST(Lader, IsThatByHand) {
  // p = 3/4 and 1/4, so samples of class 0 weigh 2/3 and those of class 1 weigh 2.
  const torch::Tensor logits = doubles({2, 1, 1, 3, 4, 1}).log().view({3, 2});
  const double l0 = std::log(2.0);       // of 1/3 (2/3 2 + 2 1 + 2/3 4)
  const double l1 = std::log(22.0 / 9);  // of 1/3 (2/3 1 + 2 3 + 2/3 1)
  const double m0 = std::log(8.0) / 2, m1 = std::log(3.0);
  for (const double lambda : {0.0, 0.5}) {
    const double expected = 0.75 * (l0 + lambda * l0 * l0 - m0) + 0.25 * (l1 + lambda * l1 * l1 - m1);
    const torch::Tensor found = lader(logits, integers({0, 1, 0}), doubles({0.75, 0.25}).log(), lambda, alone);
    EXPECT_NEAR(found.item<double>(), expected, 1e-14) << lambda;
  }
}

TEST(Lader, OfAClassWithoutASampleIsItsLogMeanAlone) {
  const torch::Tensor logits = doubles({2, 5, 4, 5}).log().view({2, 2});
  // All samples are of class 0 and weigh 2/3: l = log 2 and log 10/3, m_0 = log(8) / 2.
  const double expected = 0.75 * (std::log(2.0) - std::log(8.0) / 2) + 0.25 * std::log(10.0 / 3);
  EXPECT_NEAR(lader(logits, integers({0, 0}), doubles({0.75, 0.25}).log(), 0, alone).item<double>(), expected,
              1e-14);
}

TEST(Lader, HasTheGradientOfItsEquation) {
  const Batch12 x;
  const double lambda = 0.3;
  const torch::Tensor logits = x.logits.clone().requires_grad_(true);
  lader(logits, x.labels, x.log_priors, lambda, alone).backward();
  const torch::Tensor p = x.log_priors.exp();
  const torch::Tensor terms = x.logits.exp() / (4 * p.index_select(0, x.labels)).unsqueeze(1);  // [12, 4]
  const torch::Tensor log_mean = terms.mean(0).log();
  const torch::Tensor is_label = (x.labels.unsqueeze(1) == torch::arange(4)).to(torch::kFloat64);
  const torch::Tensor of_mean = is_label / is_label.sum(0).clamp_min(1);
  const torch::Tensor expected = p * ((1 + 2 * lambda * log_mean) * terms / terms.sum(0) - of_mean);
  EXPECT_LT((logits.grad() - expected).abs().max().item<double>(), 1e-14);
}

TEST(Lader, WithoutTheSquareDoesNotChangeWithAnOffsetOfAClass) {
  const Batch12 x;
  const torch::Tensor offsets = doubles({5, -3, 2, 0});  // of the classes with samples
  const auto value = [&](const torch::Tensor& logits, double lambda) {
    return lader(logits, x.labels, x.log_priors, lambda, alone).item<double>();
  };
  EXPECT_NEAR(value(x.logits + offsets, 0), value(x.logits, 0), 1e-12);
  EXPECT_GT(std::abs(value(x.logits + offsets, 0.1) - value(x.logits, 0.1)), 0.1);
}

TEST(Lader, StaysFiniteWithLargeLogits) {
  const Batch12 x;
  torch::Tensor logits = (1000 * x.logits).to(torch::kFloat32).requires_grad_(true);
  const torch::Tensor value = lader(logits, x.labels, x.log_priors.to(torch::kFloat32), 0.1, alone);
  value.backward();
  EXPECT_TRUE(std::isfinite(value.item<double>()));
  EXPECT_TRUE(torch::isfinite(logits.grad()).all().item<bool>());
}

/// What a rank with the samples [first, last) of a batch adds to the stack.
torch::Tensor part_of(const Batch12& x, std::int64_t first, std::int64_t last) {
  torch::Tensor part;
  lader(x.logits.slice(0, first, last), x.labels.slice(0, first, last), x.log_priors, 0.3,
        [&](const torch::Tensor& own) {
          part = own;
          return own.unsqueeze(0);
        });
  return part;
}

TEST(Lader, SharedByRanksHasTheValueAndTheGradientOfOne) {
  const Batch12 x;
  const torch::Tensor whole = x.logits.clone().requires_grad_(true);
  const torch::Tensor value = lader(whole, x.labels, x.log_priors, 0.3, alone);
  value.backward();
  const std::vector<std::int64_t> bounds = {0, 5, 5, 12};  // the second of three ranks has no sample
  for (std::size_t rank = 0; rank < 3; ++rank) {
    const auto stack = [&](const torch::Tensor& own) {
      std::vector<torch::Tensor> rows;
      for (std::size_t i = 0; i < 3; ++i) rows.push_back(i == rank ? own : part_of(x, bounds[i], bounds[i + 1]));
      return torch::stack(rows);
    };
    const std::int64_t first = bounds[rank], last = bounds[rank + 1];
    const torch::Tensor logits = x.logits.slice(0, first, last).clone().requires_grad_(true);
    const torch::Tensor shared = lader(logits, x.labels.slice(0, first, last), x.log_priors, 0.3, stack);
    shared.backward();
    EXPECT_NEAR(shared.item<double>(), value.item<double>(), 1e-13) << rank;
    EXPECT_TRUE(torch::allclose(logits.grad(), whole.grad().slice(0, first, last), 0, 1e-14)) << rank;
  }
}

TEST(BatchLoss, IsThatOfLadeAloneWithItsWeightAndTheScaleOfTheHead) {
  const Batch12 x;
  const ClassCounts counts = {60, 25, 10, 5};
  const auto make = [&](Json given) {
    given["method"] = given.value("method", "LADE");
    return make_batch_loss(settings::resolve(Config(given)), counts, 30);
  };
  EXPECT_FALSE(make({{"method", "ERM"}}));
  EXPECT_FALSE(make({{"method", "Balanced-Softmax"}}));
  EXPECT_FALSE(make({{"lade.alpha", 0.0}}));
  BatchLossFn term = make({{"lade.alpha", 0.5}, {"lade.lambda", 0.2}});
  ASSERT_TRUE(term);
  const double expected = 0.5 * lader(30 * x.logits, x.labels, x.log_priors, 0.2, alone).item<double>();
  EXPECT_NEAR(term(x.logits, x.labels, alone).item<double>(), expected, 1e-11);
}

}  // namespace
}  // namespace m2m::methods

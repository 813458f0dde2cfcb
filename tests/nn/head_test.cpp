#include "nn/head.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "settings/choices.hpp"

namespace m2m::nn {

using settings::HeadKind;

namespace {

constexpr int samples = 6, features = 5, classes = 4;

std::shared_ptr<Head> some_head(HeadKind kind, bool scaled) {
  torch::manual_seed(3);
  auto head = std::make_shared<Head>(kind, features, classes, scaled);
  head->to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : head->parameters()) parameter.normal_();
  return head;
}

TEST(Head, IsAnAffineMapWhereItIsLinear) {
  const auto head = some_head(HeadKind::linear, false);
  const torch::Tensor x = torch::randn({samples, features}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(head->forward(x), x.mm(head->weight.t()) + head->bias));
}

TEST(Head, GivesCosinesWhateverTheLengths) {
  const auto head = some_head(HeadKind::cosine, false);
  const torch::Tensor x = torch::randn({samples, features}, torch::kFloat64);
  const torch::Tensor cosines = head->forward(x);
  EXPECT_LE(cosines.abs().max().item<double>(), 1 + 1e-12);
  EXPECT_TRUE(torch::allclose(cosines, head->forward(7 * x)));
  const torch::Tensor along = head->weight.t().contiguous();  // each class's own vector
  EXPECT_TRUE(torch::allclose(head->forward(along).diagonal(), torch::ones({classes}, torch::kFloat64)));
}

TEST(Head, MultipliesEachClassByItsScale) {
  const auto head = some_head(HeadKind::linear, true);
  const torch::Tensor x = torch::randn({samples, features}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(head->forward(x), (x.mm(head->weight.t()) + head->bias) * head->scales));
}

TEST(FrozenHead, AnswersAndGoesBackAsAutogradDoes) {
  for (const HeadKind kind : {HeadKind::linear, HeadKind::cosine}) {
    for (const bool scaled : {false, true}) {
      const auto head = some_head(kind, scaled);
      FrozenHead frozen(*head);
      frozen.refresh();
      const torch::Tensor x = torch::randn({samples, features}, torch::kFloat64).requires_grad_(true);
      const torch::Tensor outputs = head->forward(x);
      const torch::Tensor behind = torch::randn({samples, classes}, torch::kFloat64);
      const torch::Tensor expected = torch::autograd::grad({outputs}, {x}, {behind})[0];
      const torch::NoGradGuard no_gradient;
      EXPECT_TRUE(torch::allclose(frozen.outputs(x), outputs));
      EXPECT_TRUE(torch::allclose(frozen.feature_gradient(x, behind), expected, 1e-10, 1e-12));
    }
  }
}

TEST(FrozenHead, StaysAsItWasUntilItIsRefreshed) {
  const auto head = some_head(HeadKind::cosine, true);
  FrozenHead frozen(*head);
  frozen.refresh();
  const torch::Tensor x = torch::randn({samples, features}, torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  const torch::Tensor before = frozen.outputs(x);
  head->weight.normal_();
  EXPECT_TRUE(torch::equal(frozen.outputs(x), before));
  frozen.refresh();
  EXPECT_TRUE(torch::allclose(frozen.outputs(x), head->forward(x)));
}

}  // namespace
}  // namespace m2m::nn

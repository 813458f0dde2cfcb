#include "nn/head.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <cmath>

#include "settings/choices.hpp"

namespace m2m::nn {

using settings::HeadKind;

namespace {

constexpr int samples = 6, features = 5, classes = 4;

std::shared_ptr<Head> some_head(HeadKind kind, bool scaled, bool calibrated = false) {
  torch::manual_seed(3);
  auto head = std::make_shared<Head>(kind, features, classes, scaled, calibrated);
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

TEST(Head, BlendsItsOutputsWithCalibratedOnesByTheConfidence) {
  const auto head = some_head(HeadKind::linear, false, true);
  const Calibration& calibration = head->calibration;
  const torch::Tensor x = torch::randn({samples, features}, torch::kFloat64);
  const torch::Tensor z = x.mm(head->weight.t()) + head->bias;
  const torch::Tensor outputs = head->forward(x);
  for (int i = 0; i < samples; ++i) {
    const double score =
        (x[i] * calibration.confidence).sum().item<double>() + calibration.confidence_bias.item<double>();
    const double c = 1 / (1 + std::exp(-score));
    for (int k = 0; k < classes; ++k) {
      const double s = calibration.magnitudes[k].item<double>(), b = calibration.margins[k].item<double>();
      EXPECT_NEAR(outputs[i][k].item<double>(), (1 + c * s) * z[i][k].item<double>() + c * b, 1e-12);
    }
  }
}

TEST(Head, BeginsItsCalibrationWithoutMargins) {
  const Head head(HeadKind::linear, features, classes, false, true);
  EXPECT_TRUE(torch::equal(head.calibration.magnitudes, torch::ones({classes})));
  EXPECT_TRUE(torch::equal(head.calibration.margins, torch::zeros({classes})));
  EXPECT_TRUE(torch::allclose(head.calibration.confidence, torch::full({features}, 0.1)));
  EXPECT_EQ(head.calibration.confidence_bias.item<float>(), 0);
  EXPECT_TRUE(head.is_calibration(head.calibration.confidence));
  EXPECT_FALSE(head.is_calibration(head.weight));
}

std::shared_ptr<Head> head_of_lengths_5_and_1() {
  auto head = std::make_shared<Head>(HeadKind::linear, 2, 2, false);
  head->to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  head->weight.copy_(torch::tensor({3.0, 4.0, 0.6, 0.8}, torch::kFloat64).view({2, 2}));
  return head;
}

TEST(MaxNormBound, LiesBetweenTheShortestAndTheLongestClassVector) {
  const auto head = head_of_lengths_5_and_1();
  EXPECT_NEAR(max_norm_bound(*head, 0), 1, 1e-12);
  EXPECT_NEAR(max_norm_bound(*head, 0.1), 1.4, 1e-12);
  EXPECT_NEAR(max_norm_bound(*head, 1), 5, 1e-12);
}

TEST(LimitClassVectors, ShortensThoseOutsideTheBallAndLeavesTheOthers) {
  const auto head = head_of_lengths_5_and_1();
  const torch::NoGradGuard no_gradient;
  const void* memory = head->weight.data_ptr();
  limit_class_vectors(*head, 2.5);
  const torch::Tensor once = head->weight.clone();
  EXPECT_TRUE(torch::allclose(once[0], torch::tensor({1.5, 2.0}, torch::kFloat64), 1e-14, 0));
  EXPECT_TRUE(torch::equal(once[1], torch::tensor({0.6, 0.8}, torch::kFloat64)));
  limit_class_vectors(*head, 2.5);
  EXPECT_TRUE(torch::allclose(head->weight, once, 1e-14, 0));
  EXPECT_EQ(head->weight.data_ptr(), memory);
}

TEST(LimitClassVectors, LeavesVectorsOfZeros) {
  const Head head(HeadKind::linear, features, classes, false);
  limit_class_vectors(head, 1);
  EXPECT_TRUE(torch::equal(head.weight, torch::zeros({classes, features})));
}

TEST(FrozenHead, AnswersAndGoesBackAsAutogradDoes) {
  for (const HeadKind kind : {HeadKind::linear, HeadKind::cosine}) {
    for (const auto& [scaled, calibrated] : {std::pair{false, false}, {true, false}, {false, true}, {true, true}}) {
      const auto head = some_head(kind, scaled, calibrated);
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
  const auto head = some_head(HeadKind::cosine, true, true);
  FrozenHead frozen(*head);
  frozen.refresh();
  const torch::Tensor x = torch::randn({samples, features}, torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  const torch::Tensor before = frozen.outputs(x);
  for (torch::Tensor& parameter : head->parameters()) parameter.normal_();
  EXPECT_TRUE(torch::equal(frozen.outputs(x), before));
  frozen.refresh();
  EXPECT_TRUE(torch::allclose(frozen.outputs(x), head->forward(x)));
}

}  // namespace
}  // namespace m2m::nn

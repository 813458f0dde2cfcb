// The imported network's answers.
#include "core/metrics.hpp"
#include "nn/frozen_network.hpp"
#include "parity/golden_fixture.hpp"
#include "parity/published.hpp"
#include "parity/real_data.hpp"
#include "settings/choices.hpp"
#include "support/test_device.hpp"
#include "train/evaluation.hpp"

namespace m2m::parity {
namespace {

class ParityOfNetwork : public GoldenTest {
 protected:
  void SetUp() override {
    GoldenTest::SetUp();
    if (IsSkipped()) return;
    checkpoint_ = published_checkpoint();
    if (!checkpoint_) GTEST_SKIP() << "skipped: no published network";
    data_ = real_cifar10();
    if (!data_) GTEST_SKIP() << "skipped: no data";
  }

  torch::Tensor logits(torch::Dtype precision) const {
    const torch::NoGradGuard no_gradient;
    const torch::Tensor pixels = images(*data_, data::Pool::test, labels("g/test_index"), precision);
    return published_network(*checkpoint_, *data_, precision)->forward(pixels);
  }

  Confusion confusion(const std::string& kernels, bool bfloat16) const {
    const auto network = published_network(*checkpoint_, *data_, torch::kFloat32, 0, kernels, bfloat16);
    const auto frozen = network->freeze();
    frozen->refresh();
    return train::evaluate([&](const torch::Tensor& pixels) { return frozen->outputs(pixels); }, *data_,
                           data_->split.test, {}, *comm::single_rank())
        .confusion;
  }

  /// Half of the changes in the cells: an image that moves leaves one and enters another.
  static std::int64_t moved(const Confusion& a, const Confusion& b) {
    std::int64_t changes = 0;
    for (std::size_t i = 0; i < a.cells.size(); ++i) changes += std::abs(a.cells[i] - b.cells[i]);
    return changes / 2;
  }

  std::optional<checkpoints::Checkpoint> checkpoint_;
  std::shared_ptr<const train::LoadedData> data_;
};

TEST_F(ParityOfNetwork, LogitsInFloat64) {
  if (lacks({"g/test_index", "g/logits_float64"})) GTEST_SKIP() << what_is_lacking();
  expect_close(logits(torch::kFloat64), tensor("g/logits_float64"), tight, "logits");
}

TEST_F(ParityOfNetwork, LogitsInFloat32) {
  if (lacks({"g/test_index", "g/logits_float32"})) GTEST_SKIP() << what_is_lacking();
  expect_close(logits(torch::kFloat32), tensor("g/logits_float32"), loose, "logits");
}

/// The published features under a given cosine head.
TEST_F(ParityOfNetwork, CosinesOfACosineHead) {
  if (lacks({"normed_head/weight", "normed_head/test_index", "normed_head/cosines"})) {
    GTEST_SKIP() << what_is_lacking();
  }
  const torch::NoGradGuard no_gradient;
  const auto network = published_network(*checkpoint_, *data_, torch::kFloat64);
  network->eval();
  nn::Head head(settings::HeadKind::cosine, 64, 10, false);
  head.to(testing::test_device(), torch::kFloat64);
  head.weight.copy_(tensor("normed_head/weight"));
  const torch::Tensor pixels = images(*data_, data::Pool::test, labels("normed_head/test_index"), torch::kFloat64);
  expect_close(head.forward(network->features(pixels)), tensor("normed_head/cosines"), loose, "cosines");
}

/// The golden file's data has 20 re-encoded test images; with the published data the checkpoint's own record
/// counts.
TEST_F(ParityOfNetwork, ConfusionOverTheTestImages) {
  if (lacks({"g/confusion_test"})) GTEST_SKIP() << what_is_lacking();
  const Confusion ours = confusion("torch", false);
  if (data_->set.published) {
    EXPECT_NEAR(100 * accuracy(ours), std::stod(checkpoint_->metadata.at("accuracy")), 1e-3);
    return;
  }
  Confusion expected(ours.classes);
  expected.cells = golden().integers("g/confusion_test");
  EXPECT_LE(moved(ours, expected), testing::gives_same_bits() ? 0 : 2);
  EXPECT_NEAR(balanced_accuracy(expected), golden().attribute("g", "bacc"), 1e-12);
  EXPECT_NEAR(geometric_mean(expected), golden().attribute("g", "gm"), 1e-12);
}

/// Folding and bfloat16 move images that lie between two classes, and no others.
TEST_F(ParityOfNetwork, ConfusionOfTheFoldedNetworkInFloat32AndBfloat16) {
  if (lacks({"g/confusion_test"})) GTEST_SKIP() << what_is_lacking();
  const Confusion plain = confusion("torch", false);
  EXPECT_LE(moved(confusion("auto", false), plain), 2);
  EXPECT_LE(moved(confusion("auto", true), plain), 90);  // one in a hundred
  EXPECT_NEAR(balanced_accuracy(confusion("auto", true)), balanced_accuracy(plain), 0.002);
}

}  // namespace
}  // namespace m2m::parity

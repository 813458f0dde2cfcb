// Three SGD steps from the published network.
#include "methods/losses.hpp"
#include "parity/golden_fixture.hpp"
#include "parity/published.hpp"
#include "parity/real_data.hpp"
#include "train/sgd.hpp"

namespace m2m::parity {
namespace {

class ParityOfTraining : public GoldenTest {
 protected:
  void SetUp() override {
    GoldenTest::SetUp();
    if (IsSkipped()) return;
    if (lacks({"train_step/train_index"})) GTEST_SKIP() << what_is_lacking();
    checkpoint_ = published_checkpoint();
    if (!checkpoint_) GTEST_SKIP() << "skipped: no published network";
    data_ = real_cifar10();
    if (!data_) GTEST_SKIP() << "skipped: no data";
  }

  /// Up to three steps on one batch; compares each loss, and the network after the first and the third step.
  void compare_steps(const std::string& precision, torch::Dtype type, int steps, double tolerance,
                     double tolerance_of_network) {
    const torch::Tensor rows = labels("train_step/train_index");
    const torch::Tensor pixels = images(*data_, data::Pool::train, rows, type);
    const torch::Tensor targets = labels_of(*data_, data::Pool::train, rows);
    const auto network = published_network(*checkpoint_, *data_, type);
    network->train();
    train::Sgd sgd(
        *network, {golden().attribute("train_step", "momentum"), golden().attribute("train_step", "weight_decay")});
    const std::string group = "train_step/" + precision;
    for (int step = 0; step < steps; ++step) {
      const torch::Tensor loss = methods::cross_entropy(network->forward(pixels), targets).mean();
      loss.backward();
      const std::string path = group + "/loss_" + std::to_string(step);
      expect_close(loss.item<double>(), golden().number(path), tolerance, path);
      sgd.update(golden().attribute("train_step", "learning_rate"));
      const std::string after = group + "/after_" + std::to_string(step + 1);
      if (golden().has(after)) compare_network(*network, after, tolerance_of_network);
    }
  }

  /// Every tensor that the golden file holds in `group`, and the parameters' norms.
  void compare_network(const nn::Network& network, const std::string& group, double tolerance) {
    std::map<std::string, torch::Tensor> ours;
    for (const auto& [name, state] : nn::named_state(network)) ours.emplace(name, state);
    for (const std::string& name : golden().members(group)) {
      const std::string path = group + "/" + name;
      if (name == "norms") {
        std::vector<double> norms;
        for (const torch::Tensor& parameter : network.parameters())
          norms.push_back(parameter.norm().item<double>());
        expect_close(norms, golden().numbers(path), tolerance, path);
      } else {
        ASSERT_TRUE(ours.contains(name)) << path;
        expect_close(ours.at(name), tensor(path), tolerance, path);
      }
    }
  }

  std::optional<checkpoints::Checkpoint> checkpoint_;
  std::shared_ptr<const train::LoadedData> data_;
};

TEST_F(ParityOfTraining, ThreeStepsInFloat64) {
  if (lacks({"train_step/float64/loss_0", "train_step/float64/loss_1", "train_step/float64/loss_2"})) {
    GTEST_SKIP() << what_is_lacking();
  }
  compare_steps("float64", torch::kFloat64, 3, tight, tight);
}

/// The network after one step shows the first gradient, which a ReLU that decides otherwise moves more than
/// rounding.
TEST_F(ParityOfTraining, FirstStepInFloat32) {
  if (lacks({"train_step/float32/loss_0"})) GTEST_SKIP() << what_is_lacking();
  compare_steps("float32", torch::kFloat32, 1, loose, 10 * loose);
}

}  // namespace
}  // namespace m2m::parity

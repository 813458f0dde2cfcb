// Losses and the gradients of their batch means.
#include "methods/losses.hpp"

#include "parity/golden_fixture.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"

namespace m2m::parity {
namespace {

class ParityOfLosses : public GoldenTest {};

TEST_F(ParityOfLosses, CrossEntropy) {
  if (lacks({"losses/logits", "losses/targets", "losses/weights", "losses/ce/per_sample",
             "losses/ce/grad_of_mean"})) {
    GTEST_SKIP() << what_is_lacking();
  }
  const torch::Tensor logits = tensor("losses/logits").requires_grad_(true);
  const torch::Tensor targets = labels("losses/targets");
  const torch::Tensor weights = tensor("losses/weights").index_select(0, targets);
  const torch::Tensor per_sample = weights * methods::cross_entropy(logits, targets);
  expect_close(per_sample, tensor("losses/ce/per_sample"), tight, "weighted cross-entropy");
  per_sample.mean().backward();
  expect_close(logits.grad(), tensor("losses/ce/grad_of_mean"), tight, "gradient");
}

/// The tensors of one loss in the file.
struct Golden {
  torch::Tensor outputs, targets, weights, per_sample, gradient;
};

/// Weights act inside of focal; and LDAM was computed in float32.
void expect_loss(const Config& config, const ClassCounts& counts, const Golden& golden, double scale,
                 double tolerance) {
  const torch::Tensor w = golden.weights.to(torch::kFloat64).contiguous();
  const std::vector<double> weights(w.const_data_ptr<double>(), w.const_data_ptr<double>() + w.numel());
  const torch::Tensor outputs = golden.outputs.to(torch::kFloat64).detach().requires_grad_(true);
  const torch::Tensor losses = methods::make_loss(config, counts, weights, scale)(outputs, golden.targets);
  losses.mean().backward();
  const auto off = [](const torch::Tensor& a, const torch::Tensor& b) {
    return (a - b.to(torch::kFloat64)).abs().max().item<double>();
  };
  EXPECT_LT(off(losses, golden.per_sample), tolerance * golden.per_sample.abs().max().item<double>());
  EXPECT_LT(off(outputs.grad(), golden.gradient), tolerance * golden.gradient.abs().max().item<double>());
}

Config loss_config(const std::string& loss, double gamma = 1) {
  Config config;
  config.set("method", "ERM");
  config.set("recipe.loss", loss);
  config.set("focal.gamma", gamma);
  return settings::resolve(config);
}

TEST_F(ParityOfLosses, FocalWithGammaOneAndTwo) {
  for (const int gamma : {1, 2}) {
    const std::string group = "losses/focal_" + std::to_string(gamma);
    if (lacks({"losses/logits", group + "/per_sample"})) GTEST_SKIP() << what_is_lacking();
    expect_loss(loss_config("focal", gamma), ClassCounts(10, 1),
                {tensor("losses/logits"), labels("losses/targets"), tensor("losses/weights"),
                 tensor(group + "/per_sample"), tensor(group + "/grad_of_mean")},
                1, 1e-6);
  }
}

TEST_F(ParityOfLosses, Ldam) {
  if (lacks({"losses/ldam/cosines", "losses/counts"})) GTEST_SKIP() << what_is_lacking();
  const torch::Tensor n = labels("losses/counts");
  const ClassCounts counts(n.const_data_ptr<std::int64_t>(), n.const_data_ptr<std::int64_t>() + n.numel());
  expect_loss(loss_config("ldam"), counts,
              {tensor("losses/ldam/cosines"), labels("losses/targets"), tensor("losses/weights"),
               tensor("losses/ldam/per_sample"), tensor("losses/ldam/grad_of_mean")},
              30, 1e-5);
}

}  // namespace
}  // namespace m2m::parity

// The bundled numbers: they need no golden file, no data and no network.
#include <fstream>

#include "core/class_counts.hpp"
#include "core/config.hpp"
#include "methods/losses.hpp"
#include "methods/m2m_plan.hpp"
#include "parity/golden_fixture.hpp"
#include "support/test_root.hpp"
#include "train/sgd.hpp"

namespace m2m::parity {
namespace {

using Numbers = std::vector<double>;

class SmallParity : public ::testing::Test {
 protected:
  const Json golden_ = Json::parse(std::ifstream(testing::test_root() / "tests/parity/golden_small.json"));
  const ClassCounts counts_ = golden_.at("counts").get<ClassCounts>();
};

torch::Tensor matrix(const Json& rows) {
  std::vector<torch::Tensor> lines;
  for (const Json& row : rows) lines.push_back(torch::tensor(row.get<Numbers>(), torch::kFloat64));
  return torch::stack(lines);
}

TEST_F(SmallParity, LongTail) { EXPECT_EQ(long_tail_counts(5000, 100, 10), counts_); }

TEST_F(SmallParity, ClassWeights) {
  const Json& weights = golden_.at("class_weights");
  expect_close(inverse_weights(counts_), weights.at("rw").get<Numbers>(), tight, "1/N_k");
  for (const double beta : {.9, .99, .999, .9999}) {
    const std::string name = "cb_" + Json(beta).dump();
    expect_close(effective_number_weights(counts_, beta), weights.at(name).get<Numbers>(), tight, name);
  }
}

TEST_F(SmallParity, Acceptance) {
  for (const auto& [beta, rows] : golden_.at("accept").items()) {
    for (int seed = 0; seed < 10; ++seed) {
      Numbers ours;
      for (int target = 0; target < 10; ++target) {
        ours.push_back(methods::accept_probability(counts_, seed, target, std::stod(beta)));
      }
      expect_close(ours, rows.at(seed).get<Numbers>(), tight, "beta " + beta);
    }
  }
}

TEST_F(SmallParity, LearningRate) {
  for (const auto& [epoch, rate] : golden_.at("learning_rate").items()) {
    expect_close(train::learning_rate(train::Schedule{}, std::stoi(epoch)), rate.get<double>(), tight,
                 "epoch " + epoch);
  }
}

TEST_F(SmallParity, CrossEntropyAndItsGradient) {
  const Json& given = golden_.at("cross_entropy");
  const torch::Tensor logits = matrix(given.at("logits")).requires_grad_(true);
  const torch::Tensor targets = torch::tensor(given.at("targets").get<std::vector<std::int64_t>>());
  const torch::Tensor weights = torch::tensor(given.at("weights").get<Numbers>(), torch::kFloat64);
  const torch::Tensor per_sample = weights.index_select(0, targets) * methods::cross_entropy(logits, targets);
  expect_close(per_sample, torch::tensor(given.at("per_sample").get<Numbers>(), torch::kFloat64), tight,
               "per sample");
  per_sample.mean().backward();
  expect_close(logits.grad(), matrix(given.at("gradient_of_mean")), tight, "gradient");
}

}  // namespace
}  // namespace m2m::parity

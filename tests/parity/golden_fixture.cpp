#include "parity/golden_fixture.hpp"

#include <cmath>

#include "support/test_device.hpp"

namespace m2m::parity {

void GoldenTest::SetUp() {
  testing::use_own_stream();
  const auto file = golden_file();
  if (!file) GTEST_SKIP() << "skipped: no golden file";
  golden_.emplace(*file);
}

bool GoldenTest::lacks(std::initializer_list<std::string> paths) {
  const std::string names = golden_->lacking(paths);
  lacking_ = "skipped: the golden file lacks " + names;
  return !names.empty();
}

torch::Tensor GoldenTest::tensor(const std::string& path) const {
  return torch::tensor(golden_->numbers(path), torch::kFloat64)
      .view(golden_->shape(path))
      .to(testing::test_device());
}

void expect_close(const torch::Tensor& actual, const torch::Tensor& expected, double tolerance,
                  const std::string& name) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
  const torch::Tensor reference = expected.to(torch::kFloat64);
  const double difference = (actual.detach().to(torch::kFloat64) - reference).abs().max().item<double>();
  EXPECT_LE(difference, tolerance * reference.abs().max().item<double>()) << name;
}

void expect_close(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance,
                  const std::string& name) {
  ASSERT_EQ(actual.size(), expected.size()) << name;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    expect_close(actual[i], expected[i], tolerance, name + "[" + std::to_string(i) + "]");
  }
}

void expect_close(double actual, double expected, double tolerance, const std::string& name) {
  EXPECT_LE(std::abs(actual - expected), tolerance * std::abs(expected)) << name << ": " << actual;
}

}  // namespace m2m::parity

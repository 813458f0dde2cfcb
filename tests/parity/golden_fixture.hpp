#pragma once
// What every test against the golden file begins with, and how its numbers are compared.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <optional>
#include <string>

#include "parity/golden.hpp"

namespace m2m::parity {

inline constexpr double tight = 1e-6;  // float64
inline constexpr double loose = 1e-5;  // float32, on a CPU and on a GPU alike

/// Skips where there is no golden file at all.
class GoldenTest : public ::testing::Test {
 protected:
  void SetUp() override;

  const Golden& golden() const { return *golden_; }

  /// Whether the file lacks any of these, which `what_is_lacking` then says: for GTEST_SKIP.
  bool lacks(std::initializer_list<std::string> paths);
  const std::string& what_is_lacking() const { return lacking_; }

  /// A data set as float64, in its shape, on the tests' device.
  torch::Tensor tensor(const std::string& path) const;
  /// As int64.
  torch::Tensor labels(const std::string& path) const { return tensor(path).to(torch::kInt64); }

 private:
  std::optional<Golden> golden_;
  std::string lacking_;
};

/// The largest difference is at most `tolerance` times the largest magnitude of `expected`.
void expect_close(const torch::Tensor& actual, const torch::Tensor& expected, double tolerance,
                  const std::string& name);
/// Each differs by at most `tolerance` times its own magnitude.
void expect_close(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance,
                  const std::string& name);
void expect_close(double actual, double expected, double tolerance, const std::string& name);

}  // namespace m2m::parity

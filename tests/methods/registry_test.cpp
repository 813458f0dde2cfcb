#include "methods/registry.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "methods/losses.hpp"

namespace m2m {
namespace {

TEST(Registry, NamesEachMethodOnceWithASentenceAndASource) {
  std::set<std::string> names;
  for (const Method& method : methods()) {
    EXPECT_TRUE(names.insert(method.name).second) << method.name;
    EXPECT_FALSE(method.about.empty());
    EXPECT_FALSE(method.source.empty());
    ASSERT_FALSE(method.phases.empty());
    EXPECT_EQ(method.phases.front().begin, Begin::at_once);
    for (const Phase& phase : method.phases) EXPECT_NE(phase.loss, nullptr);
    EXPECT_NE(describe_method(method.name).find(method.about), std::string::npos);
  }
}

TEST(Registry, RefusesAnUnknownMethodAndListsTheKnown) {
  try {
    find_method("M3m");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("ERM, RS, DRS, M2m"), std::string::npos);
  }
}

TEST(PhaseAt, ChangesAtTheDeferralAndNotBefore) {
  const Method& drs = find_method("DRS");
  EXPECT_EQ(phase_at(drs, 159, 160).sampling, Sampling::permutation);
  EXPECT_EQ(phase_at(drs, 160, 160).sampling, Sampling::class_balanced);
  EXPECT_EQ(phase_at(find_method("RS"), 0, 160).sampling, Sampling::class_balanced);
  EXPECT_EQ(phase_at(find_method("ERM"), 199, 160).sampling, Sampling::permutation);
  EXPECT_FALSE(phase_at(find_method("M2m"), 159, 160).edits_batches);
  EXPECT_TRUE(phase_at(find_method("M2m"), 160, 160).edits_batches);
}

TEST(CrossEntropy, IsMinusTheLogOfTheSoftmax) {
  const torch::Tensor logits = torch::tensor({{1.0, 2.0, 4.0}, {0.0, 0.0, 0.0}}, torch::kFloat64);
  const torch::Tensor losses = cross_entropy(logits, torch::tensor({2, 0}, torch::kInt64));
  EXPECT_NEAR(losses[0].item<double>(), std::log(std::exp(-3.0) + std::exp(-2.0) + 1.0), 1e-12);
  EXPECT_NEAR(losses[1].item<double>(), std::log(3.0), 1e-12);
}

}  // namespace
}  // namespace m2m

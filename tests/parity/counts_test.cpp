// Class counts, class weights and acceptance.
#include "core/class_counts.hpp"
#include "methods/m2m_plan.hpp"
#include "parity/golden_fixture.hpp"
#include "parity/subsets.hpp"

namespace m2m::parity {
namespace {

class ParityOfCounts : public GoldenTest, public ::testing::WithParamInterface<Subset> {
 protected:
  std::string path(const std::string& name) const { return "subset/" + std::string(GetParam().name) + "/" + name; }
  ClassCounts counts() const { return golden().integers(path("counts")); }
};

TEST_P(ParityOfCounts, LongTail) {
  if (lacks({path("counts")})) GTEST_SKIP() << what_is_lacking();
  const Subset& subset = GetParam();
  EXPECT_EQ(long_tail_counts(subset.largest, subset.ratio, subset.classes, rounding_of(subset, counts())),
            counts());
}

TEST_P(ParityOfCounts, WeightsOfReweighting) {
  if (lacks({path("counts"), path("class_weights/rw")})) GTEST_SKIP() << what_is_lacking();
  expect_close(inverse_weights(counts()), golden().numbers(path("class_weights/rw")), tight, "1/N_k");
}

TEST_P(ParityOfCounts, WeightsOfEffectiveNumbers) {
  if (lacks({path("counts"), path("class_weights")})) GTEST_SKIP() << what_is_lacking();
  for (const std::string& name : golden().members(path("class_weights"))) {
    if (!name.starts_with("cb_")) continue;
    const double beta = std::stod(name.substr(3));
    expect_close(effective_number_weights(counts(), beta), golden().numbers(path("class_weights/" + name)), tight,
                 name);
  }
}

TEST_P(ParityOfCounts, Acceptance) {
  if (lacks({path("counts"), path("accept")})) GTEST_SKIP() << what_is_lacking();
  std::vector<double> ours;
  for (const double beta : {.9, .99, .999}) {
    for (int seed = 0; seed < GetParam().classes; ++seed) {
      for (int target = 0; target < GetParam().classes; ++target) {
        ours.push_back(methods::accept_probability(counts(), seed, target, beta));
      }
    }
  }
  expect_close(ours, golden().numbers(path("accept")), tight, "acceptance");
}

INSTANTIATE_TEST_SUITE_P(Subsets, ParityOfCounts, ::testing::ValuesIn(subsets),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace m2m::parity

// Which images train, validate and test.
#include "parity/golden_fixture.hpp"
#include "parity/real_data.hpp"

namespace m2m::parity {
namespace {

class ParityOfSubsets : public GoldenTest, public ::testing::WithParamInterface<Subset> {
 protected:
  void expect_part(const std::string& name, const data::PoolRows& part, const std::string& sha256) {
    const std::string group = std::string("subset/") + GetParam().name;
    EXPECT_EQ(sha256, golden().text_attribute(group, name + "_sha256_int32le")) << name;
    EXPECT_EQ(static_cast<double>(part.rows.size()), golden().attribute(group, name + "_size")) << name;
    const std::vector<std::int64_t> first = golden().integers(group + "/" + name + "_first");
    const std::vector<std::int64_t> ours(part.rows.begin(),
                                         part.rows.begin() + std::min(first.size(), part.rows.size()));
    EXPECT_EQ(ours, first) << name;
  }
};

TEST_P(ParityOfSubsets, ChosenImages) {
  const std::string group = std::string("subset/") + GetParam().name;
  if (lacks({group + "/counts", group + "/train_first", group + "/val_first", group + "/test_first"})) {
    GTEST_SKIP() << what_is_lacking();
  }
  const ClassCounts counts = golden().integers(group + "/counts");
  const auto data = real_data(GetParam(), rounding_of(GetParam(), counts));
  if (!data) GTEST_SKIP() << "skipped: no data";
  EXPECT_EQ(data->split.counts, counts);
  expect_part("train", data->split.train, data->split.train_sha256);
  expect_part("val", data->split.validation, data->split.validation_sha256);
  expect_part("test", data->split.test, data->split.test_sha256);
}

INSTANTIATE_TEST_SUITE_P(Subsets, ParityOfSubsets, ::testing::ValuesIn(subsets),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace m2m::parity

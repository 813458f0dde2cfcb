#include "train/evaluation.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m::train {
namespace {

LoadedData data_of(int classes, std::size_t validation, std::size_t test) {
  LoadedData data;
  data.set.name = "made up";
  data.set.classes = classes;
  data.split.validation.rows.resize(validation);
  data.split.test.rows.resize(test);
  return data;
}

TEST(RecordSize, CountsMatricesAndLogitsOfThreeEpochs) {
  EXPECT_EQ(record_bytes(data_of(100, 0, 50)), 3 * (8 * 100 * 100 + 4 * 50 * 100));
  EXPECT_EQ(record_bytes(data_of(100, 10, 50)), 3 * (2 * 8 * 100 * 100 + 4 * 60 * 100));
}

TEST(RecordSize, IsLoggedFromAGibibyteOn) {
  EXPECT_EQ(check_record_size(data_of(1'000, 20'000, 50'000), 1e12), "");
  EXPECT_NE(check_record_size(data_of(10'000, 100, 100), 1e12).find("4.8 GB"), std::string::npos);
}

TEST(RecordSize, IsRefusedBeyondTheMemoryOfTheMachine) {
  const auto check = [] { check_record_size(data_of(60'000, 100, 100), 8e9); };
  EXPECT_TRUE(testing::says(testing::complaint(check, ExitCode::usage), {"made up", "60000", "172.9 GB"}));
  EXPECT_NO_THROW(check_record_size(data_of(60'000, 100, 100), 0)) << "the memory is not known";
}

}  // namespace
}  // namespace m2m::train

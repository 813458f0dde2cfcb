#include "train/evaluation.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/said.hpp"
#include "support/test_device.hpp"
#include "support/tiny_data.hpp"

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

/// Outputs that always favour the class in `favourite`, an int64 tensor of one element.
Outputs favouring(const torch::Tensor& favourite, int classes) {
  return [=](const torch::Tensor& pixels) {
    return torch::zeros({pixels.size(0), classes}, pixels.options()).index_fill_(1, favourite, 1);
  };
}

TEST(QueuedEvaluation, CountsWhatTheNetworkAnsweredWhenItWasQueued) {
  const auto data = testing::tiny_data({6, 5, 4});
  torch::Tensor favourite = torch::full({1}, 2, torch::TensorOptions(torch::kInt64).device(testing::test_device()));
  const data::PoolRows& part = data->split.test;  // 6 images of each class
  const QueuedEvaluation queued =
      queue_evaluation(favouring(favourite, 3), *data, part, {4, torch::kFloat32, 3.0}, *comm::single_rank());
  favourite.fill_(0);
  const Evaluation evaluation = queued.finish();
  ASSERT_EQ(evaluation.logits.size(), 18 * 3);
  EXPECT_EQ(evaluation.logits[0], 0);
  EXPECT_EQ(evaluation.logits[2], 3) << "outputs times the scale";
  for (int label = 0; label < 3; ++label) {
    EXPECT_EQ(evaluation.confusion.at(label, 2), 6);
    EXPECT_EQ(evaluation.confusion.at(label, 0), 0);
  }
}

}  // namespace
}  // namespace m2m::train

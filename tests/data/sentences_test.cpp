// Quotes one error of each kind in full; all other tests look only for its data.
#include "data/data_set.hpp"
#include "data/image_list.hpp"
#include "data/picture.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

TEST(DataSentences, NameTheLineOfAFileAndWhatWasExpected) {
  EXPECT_EQ(testing::complaint([] { parse_image_list("a 5", "list.txt", 5); }, ExitCode::bad_data),
            "list.txt:1: expected a label from 0 to 4 after the path, found '5'");
}

TEST(DataSentences, NameTheSettingThatDoesNotFitTheDataAndAdviseAnother) {
  const DataSet data = testing::synthetic_set(3, testing::in_turn(3, 20), testing::in_turn(3, 20), 8);
  const settings::DataSettings steep = testing::data_settings({{"data.ratio", 100.0}});
  EXPECT_EQ(testing::complaint(
                [&] {
                  split_data(data, steep, {7, SeedRole::subset});
                },
                ExitCode::usage),
            "data.ratio = 100 leaves class 1 of made-up without a training sample: set data.ratio = 8");
}

TEST(DataSentences, CompleteTheNameOfThePicture) {
  EXPECT_EQ(testing::complaint([] { decode_picture("just text"); }, ExitCode::bad_data), "is neither JPEG nor PNG");
}

}  // namespace
}  // namespace m2m::data

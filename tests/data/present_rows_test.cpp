#include "data/split.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

using testing::complaint;
using testing::data_settings;

constexpr Key seed{7, SeedRole::subset};

/// Seven training images with alternating labels, of which the listed ones are present.
class PresentRows : public ::testing::Test {
 protected:
  void SetUp() override { testing::write_tiny(folder_); }
  void list(const std::string& lines) { write_file(folder_ / "tiny-bin" / present_rows_file, lines); }
  DataSet read() const { return read_cifar(testing::tiny_layout(), folder_.path()); }
  std::string reading_fails() const {
    return complaint([&] { read(); }, ExitCode::bad_data);
  }
  testing::TemporaryFolder folder_;
};

TEST_F(PresentRows, AreAllWithoutAList) { EXPECT_TRUE(read().train.present.empty()); }

TEST_F(PresentRows, MarkTheImagesOfTheList) {
  list("0\n1\n2\n6\n");
  EXPECT_EQ(read().train.present, (std::vector<bool>{true, true, true, false, false, false, true}));
}

TEST_F(PresentRows, MakeAnotherDataSetWithANotice) {
  const std::string whole = read().files_sha256;
  list("0\n1\n2\n");
  const DataSet data = read();
  EXPECT_NE(data.files_sha256, whole);
  EXPECT_FALSE(data.published);
  EXPECT_NE(data.notice.find("3 of 7"), std::string::npos) << data.notice;
}

TEST_F(PresentRows, ServeASplitThatTakesNoOther) {
  list("0\n1\n2\n");
  const DataSet data = read();
  const Split split =
      split_data(data, data_settings({{"data.ratio", 1}, {"data.largest", 1}, {"data.validation", "none"}}), seed);
  EXPECT_EQ(split.train.rows, (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(describe_data(data, split).at("images_present"), 3);
}

TEST_F(PresentRows, AreNeverBlanksThatASplitTakes) {
  list("0\n1\n2\n3\n");
  const DataSet data = read();
  const auto split = [&] {
    split_data(data, data_settings({{"data.ratio", 1}, {"data.largest", 2}, {"data.validation", "none"}}), seed);
  };
  const std::string said = complaint(split, ExitCode::bad_data);
  EXPECT_NE(said.find("4 of 7"), std::string::npos) << said;
  EXPECT_NE(said.find("data.ratio"), std::string::npos) << said;
}

TEST_F(PresentRows, NameTheLineThatIsNoRowOfTheSet) {
  for (const auto& [lines, line] : std::map<std::string, std::string>{{"0\n7\n", ":2:"},
                                                                      {"2\n1\n", ":2:"},
                                                                      {"1\n1\n", ":2:"},
                                                                      {"-1\n", ":1:"},
                                                                      {"0\nx\n", ":2:"},
                                                                      {"1 2\n", ":1:"}}) {
    list(lines);
    const std::string said = reading_fails();
    EXPECT_NE(said.find(std::string(present_rows_file) + line), std::string::npos) << lines << said;
  }
}

}  // namespace
}  // namespace m2m::data

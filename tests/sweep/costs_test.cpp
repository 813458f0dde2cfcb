#include "sweep/durations.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/record_file.hpp"
#include "support/fake_training.hpp"
#include "support/random_graph.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::sweep {
namespace {

namespace fs = std::filesystem;
using testing::request;
using testing::says;

class ReadDurations : public ::testing::Test {
 protected:
  std::string id(std::size_t stage) const { return graph.stages[stage].id; }
  fs::path file(const std::string& text) const {
    write_file(folder.path() / "durations.json", text);
    return folder.path() / "durations.json";
  }
  /// The code and the sentence of the Error.
  std::pair<ExitCode, std::string> refusal(const fs::path& path) const {
    try {
      read_durations(path, graph);
    } catch (const Error& error) {
      return {error.code(), error.what()};
    }
    return {ExitCode::done, "accepted"};
  }

  const testing::TemporaryFolder folder;
  const study::StageGraph graph =
      study::make_graph({request("a", 5, {request("g", 10, {}, study::StageKind::g)}), request("b", 7)});
};

TEST_F(ReadDurations, TakesTheModelTimesTheMeasuredRatioWhereNothingWasMeasured) {
  const Durations read = read_durations(file("{\"" + id(0) + "\": 40, \"" + id(1) + "\": 5, \"other\": 3}"), graph);
  EXPECT_EQ(read.measured, 2);
  EXPECT_DOUBLE_EQ(read.ratio, 3);  // 45 seconds where 15 were expected
  EXPECT_EQ(read.seconds, (std::vector<double>{40, 5, 21}));
}

TEST_F(ReadDurations, ReadsTheResultsAndStagesOfAnOutputFolder) {
  const results::OutputFolder out{folder.path()};
  results::TrialRecord record;
  record.id = id(1);
  record.wall_seconds = 10;
  record.last.test = Confusion(2);
  results::write_trial(out.result(id(1)), record);
  EXPECT_EQ(read_durations(out.root, graph).seconds, (std::vector<double>{20, 10, 14}));
  write_file(out.stage_done(id(0)), "{\"seconds\": 50}");
  EXPECT_EQ(read_durations(out.root, graph).seconds, (std::vector<double>{50, 10, 28}));
  write_file(out.stage_done(id(0)), "{}");  // did not record its time
  EXPECT_EQ(read_durations(out.root, graph).measured, 1);
}

TEST_F(ReadDurations, RefusesWhatIsNoDurationAsBadData) {
  for (const char* value : {"-1", "0", "\"5\"", "null", "[1]"}) {
    const auto [code, sentence] = refusal(file(std::string("{\"abc\": ") + value + "}"));
    EXPECT_EQ(code, ExitCode::bad_data) << sentence;
    EXPECT_TRUE(says(sentence, {"durations.json:", "'abc'", std::string(value) + ":", "seconds"}));
  }
  for (const char* text : {"", "[1, 2]", "{\"abc\": 1", "3"}) {
    const auto [code, sentence] = refusal(file(text));
    EXPECT_EQ(code, ExitCode::bad_data);
    EXPECT_TRUE(says(sentence, {"durations.json:", "JSON object"}));
  }
}

TEST_F(ReadDurations, RefusesDamagedFilesOfAFolderAsBadData) {
  const results::OutputFolder out{folder.path()};
  write_file(out.stage_done(id(0)), "{\"seconds\": \"long\"}");
  EXPECT_EQ(refusal(out.root).first, ExitCode::bad_data);
  write_file(out.stage_done(id(0)), "{\"seconds\": 5}");
  write_file(out.result(id(1)), "no HDF5");
  EXPECT_EQ(refusal(out.root).first, ExitCode::bad_data);
}

TEST_F(ReadDurations, RefusesAFileThatIsNotThereOrKnowsNoneOfTheStagesAsWrongUsage) {
  const auto [code_of_none, none] = refusal("not/there");
  EXPECT_EQ(code_of_none, ExitCode::usage);
  EXPECT_TRUE(says(none, {"--durations not/there:", "no such file"}));
  EXPECT_EQ(refusal(folder.path()).first, ExitCode::usage);
  const auto [code, sentence] = refusal(file("{\"other\": 1}"));
  EXPECT_EQ(code, ExitCode::usage);
  EXPECT_TRUE(says(sentence, {"--durations", "durations.json:", "stages"}));
}

}  // namespace
}  // namespace m2m::sweep

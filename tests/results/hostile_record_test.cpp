// Records that others may have made: they are read or refused, from their own file alone, within bounded memory.
#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "results/record_file.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

namespace fs = std::filesystem;
using testing::random_record;
using testing::TemporaryFolder;

TEST(HostileRecord, WithAConfusionMatrixOfImpossibleNumbersIsBadData) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  for (const std::int64_t cell : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
    TrialRecord record = random_record(14, {5, 1, 9, true, true});
    write_trial(file, record);
    const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t cells = H5Dopen2(opened, "last/test/confusion", H5P_DEFAULT);
    const std::vector<std::int64_t> values(25, cell);
    H5Dwrite(cells, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(cells);
    H5Fclose(opened);
    EXPECT_NE(testing::complaint([&] { read_trial(file); }, ExitCode::bad_data), "") << cell;
  }
}

TEST(RecordedCounts, AreNoneIfOneIsNotACount) {
  EXPECT_EQ(recorded_counts({{"counts", {3, 2}}}, 2), (ClassCounts{3, 2}));
  EXPECT_EQ(recorded_counts(Json::parse(R"({"counts": [3, 2]})"), 2), (ClassCounts{3, 2}));
  for (const char* other :
       {"[3, -2]", "[3, 1e300]", "[3, 0.5]", "[3, \"2\"]", "[3, null]", "[3, 9223372036854775807]"})
    EXPECT_TRUE(recorded_counts({{"counts", Json::parse(other)}}, 2).empty()) << other;
}

}  // namespace
}  // namespace m2m::results

// Records that others may have made: they are read or refused, from their own
// file alone, within bounded memory.
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "core/files.hpp"
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

TEST(HostileRecord, IsNotReadFromAPipe) {
  const testing::TemporaryFolder folder;
  const auto file = folder.path() / "result.h5";
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_TRUE(testing::says(testing::complaint([&] { read_trial(file); }, ExitCode::input_output),
                            {file.string(), "pipe"}));
}

TEST(RecordedCounts, AreNoneIfOneIsNotACount) {
  EXPECT_EQ(recorded_counts({{"counts", {3, 2}}}, 2), (ClassCounts{3, 2}));
  EXPECT_EQ(recorded_counts(Json::parse(R"({"counts": [3, 2]})"), 2), (ClassCounts{3, 2}));
  for (const char* other :
       {"[3, -2]", "[3, 1e300]", "[3, 0.5]", "[3, \"2\"]", "[3, null]", "[3, 9223372036854775807]"})
    EXPECT_TRUE(recorded_counts({{"counts", Json::parse(other)}}, 2).empty()) << other;
}

TEST(RecordedClassNames, AreNoneUnlessEachClassHasAText) {
  const auto read = [](const char* names) {
    return recorded_class_names({{"class_names", Json::parse(names)}}, 2);
  };
  EXPECT_EQ(read(R"(["cat", "dog"])"), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_TRUE(recorded_class_names({{"counts", {3, 2}}}, 2).empty());
  EXPECT_TRUE(recorded_class_names(Json(3), 2).empty());
  for (const char* other :
       {"[\"cat\"]", "[\"cat\", 2]", "[\"cat\", null]", "\"cat\"", "{\"a\": \"cat\", \"b\": \"dog\"}"})
    EXPECT_TRUE(read(other).empty()) << other;
}

/// Makes labels without values, in a layout of their own.
void make_labels(hid_t file, hsize_t count, const std::function<void(hid_t layout)>& set_layout) {
  const hid_t space = H5Screate_simple(1, &count, nullptr), layout = H5Pcreate(H5P_DATASET_CREATE);
  set_layout(layout);
  H5Dclose(H5Dcreate2(file, "labels/test", H5T_NATIVE_INT32, space, H5P_DEFAULT, layout, H5P_DEFAULT));
  H5Pclose(layout);
  H5Sclose(space);
}

/// The refusal of a record whose dataset or group `name` was replaced.
std::string refusal_with(const char* name, const std::function<void(hid_t file)>& replace) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  write_trial(folder.path() / "other.h5", random_record(15));
  write_trial(file, random_record(14));
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(opened, name, H5P_DEFAULT);
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  replace(opened);
  H5Fclose(opened);
  std::string refusal = testing::complaint([&] { read_trial(file); }, ExitCode::bad_data);
  fs::current_path(before);
  return refusal;
}

TEST(HostileRecord, IsReadFromNoOtherFile) {
  EXPECT_TRUE(testing::says(refusal_with("last",
                                         [](hid_t file) {
                                           H5Lcreate_external("other.h5", "last", file, "last", H5P_DEFAULT,
                                                              H5P_DEFAULT);
                                         }),
                            {"last", "link"}));
  EXPECT_TRUE(testing::says(
      refusal_with("last", [](hid_t file) { H5Lcreate_soft("best", file, "last", H5P_DEFAULT, H5P_DEFAULT); }),
      {"last", "link"}));
  const auto in_a_raw_file = [](hid_t layout) {
    constexpr hsize_t bytes = 200;
    std::ofstream("raw") << std::string(bytes, '\0');
    H5Pset_external(layout, "raw", 0, bytes);
  };
  EXPECT_TRUE(testing::says(refusal_with("labels/test", [&](hid_t file) { make_labels(file, 50, in_a_raw_file); }),
                            {"test", "another file"}));
}

TEST(HostileRecord, ThatClaimsMoreValuesThanItCanHoldIsRefusedBeforeTheyHaveMemory) {
  const auto in_chunks = [](hid_t layout) {
    constexpr hsize_t chunk = 1000;
    H5Pset_chunk(layout, 1, &chunk);
  };
  for (const hsize_t count : {hsize_t{1} << 28, hsize_t{1} << 50}) {
    const std::string refusal =
        refusal_with("labels/test", [&](hid_t file) { make_labels(file, count, in_chunks); });
    EXPECT_TRUE(testing::says(refusal, {"test", "more values"})) << refusal;
  }
}

TEST(HostileRecord, WithATextLongerThanItStoresIsRefusedBeforeItIsRead) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  const hid_t opened = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  constexpr std::size_t size = 12'345;
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), layout = H5Pcreate(H5P_DATASET_CREATE);
  H5Tset_size(type, size);
  H5Pset_layout(layout, H5D_COMPACT);
  H5Dclose(H5Dcreate2(opened, "kind", type, space, H5P_DEFAULT, layout, H5P_DEFAULT));
  const hid_t attribute = H5Acreate2(opened, "schema_version", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT);
  const int schema = 2;
  H5Awrite(attribute, H5T_NATIVE_INT, &schema);
  H5Aclose(attribute);
  H5Pclose(layout);
  H5Sclose(space);
  H5Tclose(type);
  H5Fclose(opened);
  std::string bytes = read_file(file);
  const std::size_t at = bytes.find(std::string("\x39\x30\0\0", 4));  // the size of the type, 12,345
  ASSERT_NE(at, std::string::npos);
  bytes[at + 2] = 7;
  std::ofstream(file, std::ios::binary) << bytes;
  // Older libraries read on; newer ones compare the two sizes themselves.
  const std::string refusal = testing::complaint([&] { read_trial(file); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(refusal, {"result.h5", "kind"})) << refusal;
}

}  // namespace
}  // namespace m2m::results

#include "results/record_file.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/record_group.hpp"
#include "support/eventually.hpp"
#include "support/killed_writer.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

namespace fs = std::filesystem;
using testing::expect_equal;
using testing::random_record;
using testing::RecordShape;
using testing::TemporaryFolder;

/// The Error that `act` throws; a test failure if it throws none.
Error error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return internal_error("");
}

void put_bytes(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// Runs `child` in a process of its own and returns its status as from waitpid.
int status_of_child(const std::function<int()>& child) {
  const pid_t pid = ::fork();
  if (pid == 0) std::exit(child());  // not _exit: what libraries do when a program ends counts too
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

TEST(RecordFile, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  std::uint32_t seed = 0;
  for (const RecordShape& shape : {RecordShape{}, RecordShape{2, 1, 3, true, false},
                                   RecordShape{100, 4, 900, true, true}, RecordShape{10, 5, 40, false, true},
                                   RecordShape{3, 0, 7, true, false}, RecordShape{397, 2, 60, false, true}}) {
    const TrialRecord record = random_record(++seed, shape);
    const fs::path file = folder.path() / "deep" / "er" / "result.h5";
    write_trial(file, record);
    expect_equal(read_trial(file), record);
  }
}

TEST(RecordFile, ReadsMetricsWithoutTheBulk) {
  const TemporaryFolder folder;
  const TrialRecord record = random_record(1);
  write_trial(folder.path() / "result.h5", record);
  const TrialRecord light = read_trial(folder.path() / "result.h5", RecordParts::metrics);
  EXPECT_EQ(light.last.test, record.last.test);
  EXPECT_EQ(light.best->validation, record.best->validation);
  EXPECT_EQ(light.config, record.config);
  EXPECT_TRUE(light.last.test_logits.empty());
  EXPECT_TRUE(light.test_labels.empty());
}

TEST(RecordFile, KeepsTheCalibrationOfTheLogitsAsStored) {
  const TemporaryFolder folder;
  TrialRecord record = random_record(6, {3, 1, 40, true, false});
  for (float& logit : record.last.test_logits) logit += 0.0001F;  // no float16 numbers any more
  const fs::path file = folder.path() / "result.h5";
  write_trial(file, record);
  const TrialRecord whole = read_trial(file), light = read_trial(file, RecordParts::metrics);
  const Calibration expected = calibration_from_logits(whole.last.test_logits, whole.test_labels, 3);
  for (const TrialRecord* read : {&whole, &light}) {
    EXPECT_EQ(read->last.test_calibration.ece, expected.ece);
    EXPECT_EQ(read->last.test_calibration.nll, expected.nll);
    EXPECT_EQ(read->best->validation_calibration.ece, whole.best->validation_calibration.ece);
  }
  EXPECT_GT(expected.ece, 0);
  EXPECT_LT(expected.ece, 1);
}

/// The numbers of an attribute of a group; empty if there is no such attribute.
std::vector<double> numbers_of_attribute(const fs::path& file, const char* group, const char* name) {
  const hid_t opened = ::H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  std::vector<double> numbers;
  if (::H5Aexists_by_name(opened, group, name, H5P_DEFAULT) > 0) {
    const hid_t attribute = ::H5Aopen_by_name(opened, group, name, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = ::H5Aget_space(attribute);
    numbers.resize(static_cast<std::size_t>(::H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(::H5Aread(attribute, H5T_NATIVE_DOUBLE, numbers.data()), 0);
    ::H5Sclose(space);
    ::H5Aclose(attribute);
  }
  ::H5Fclose(opened);
  return numbers;
}

TEST(RecordFile, NamesTheClassesWithoutTestSamples) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  TrialRecord record = testing::sample_record("ERM", testing::sample_config("ERM", 0), {81, 64, 10});
  write_trial(file, record);
  EXPECT_TRUE(numbers_of_attribute(file, "last/test", "untested").empty());
  for (int k = 0; k < 3; ++k) record.last.test.at(1, k) = 0;
  write_trial(file, record);
  EXPECT_EQ(numbers_of_attribute(file, "last/test", "untested"), std::vector<double>{1});
  const std::vector<double> recall = numbers_of_attribute(file, "last/test", "recalls");
  ASSERT_EQ(recall.size(), 3U);
  EXPECT_DOUBLE_EQ(recall[0], .81);
  EXPECT_NE(recall[1], recall[1]);
  EXPECT_NEAR(numbers_of_attribute(file, "last/test", "bacc").at(0), .455, 1e-12);
}

TEST(RecordFile, RefusesLabelsOfNoClass) {
  const TemporaryFolder folder;
  for (const std::int32_t bad : {-1, 10}) {
    TrialRecord record = random_record(4);
    record.test_labels[3] = bad;
    EXPECT_EQ(error_of([&] { write_trial(folder.path() / "r.h5", record); }).code(), ExitCode::internal);
  }
}

TEST(RecordFile, RoundsLogitsToTheNearestFloat16) {
  const TemporaryFolder folder;
  TrialRecord record = random_record(2, {2, 1, 3, false, false});
  record.last.test_logits = {0.1F, -65504.0F, 1e6F, 1.0009765F, 6.1e-5F, std::numeric_limits<float>::quiet_NaN()};
  write_trial(folder.path() / "r.h5", record);
  const std::vector<float> got = read_trial(folder.path() / "r.h5").last.test_logits;
  EXPECT_EQ(got[0], 0.0999755859375F);
  EXPECT_EQ(got[1], -65504.0F);
  EXPECT_EQ(got[2], std::numeric_limits<float>::infinity());
  EXPECT_EQ(got[3], 1.0009765625F);
  EXPECT_NEAR(got[4], 6.1e-5F, 6e-8F);
  EXPECT_NE(got[5], got[5]);
}

TEST(RecordFile, IsTheSameBytesForTheSameRecord) {
  const TemporaryFolder folder;
  write_trial(folder.path() / "a.h5", random_record(3));
  const std::time_t then = std::time(nullptr);
  ASSERT_TRUE(testing::eventually([&] { return std::time(nullptr) != then; })) << "HDF5 would record the second";
  write_trial(folder.path() / "b.h5", random_record(3));
  EXPECT_TRUE(read_file(folder.path() / "a.h5") == read_file(folder.path() / "b.h5"));
}

TEST(RecordFile, IsWrittenAndReadByThreadsAtOnce) {
  const TemporaryFolder folder;
  std::vector<std::thread> threads;
  for (std::uint32_t number = 0; number < 8; ++number) {
    threads.emplace_back([&folder, number] {
      const fs::path file = folder.path() / (std::to_string(number) + ".h5");
      const TrialRecord record = random_record(number);
      for (int round = 0; round < 20; ++round) {
        write_trial(file, record);
        expect_equal(read_trial(file), record);
        EXPECT_THROW(read_trial(folder.path()), Error);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// True if, according to the kernel, a thread of this process is waiting.
bool is_asleep(pid_t thread) {
  std::string stat;
  std::getline(std::ifstream("/proc/self/task/" + std::to_string(thread) + "/stat"), stat);
  return stat.find(") S ") != std::string::npos;
}

TEST(SchemaFile, KeepsOtherThreadsOutOfTheLibraryUntilItIsWritten) {
  const TemporaryFolder folder;
  const fs::path there = folder.path() / "there.h5";
  const auto nothing = [](hid_t) {};
  write_schema_file(there, "trial", nothing);
  std::atomic<bool> has_read = false;
  std::atomic<pid_t> reader = 0;
  std::thread other;
  write_schema_file(folder.path() / "new.h5", "trial", [&](hid_t) {
    read_schema_file(there, "trial", nothing);  // its own thread may, as merging does
    other = std::thread([&] {
      reader = ::gettid();
      read_schema_file(there, "trial", [&](hid_t) { has_read = true; });
    });
    EXPECT_TRUE(testing::eventually([&] { return has_read || is_asleep(reader); }));
    EXPECT_FALSE(has_read);
  });
  other.join();
  EXPECT_TRUE(has_read);
}

TEST(RecordFile, RefusesARecordThatContradictsItself) {
  const TemporaryFolder folder;
  TrialRecord record = random_record(4);
  record.last.test_logits.pop_back();
  EXPECT_EQ(error_of([&] { write_trial(folder.path() / "r.h5", record); }).code(), ExitCode::internal);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(RecordFile, CutAtAnyByteIsAnErrorAndNeverACrash) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  write_trial(file, random_record(5, {2, 2, 4, true, true}));
  const std::string whole = read_file(file);
  const std::size_t step = std::max<std::size_t>(whole.size() / 300, 1);
  for (std::size_t length = 0; length < whole.size(); length += length < 200 ? 1 : step) {
    put_bytes(file, whole.substr(0, length));
    const Error error = error_of([&] { read_trial(file); });
    EXPECT_EQ(error.code(), ExitCode::bad_data) << length;
    if (length >= 200) {
      EXPECT_NE(std::string(error.what()).find("truncated"), std::string::npos) << error.what();
    }
  }
}

TEST(RecordFile, WithAByteFlippedIsAnErrorOrReadableAndNeverACrash) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  const TrialRecord record = random_record(6, {2, 2, 4, true, true});
  write_trial(file, record);
  const std::string whole = read_file(file);
  const std::size_t step = std::max<std::size_t>(whole.size() / 600, 1);
  int refused = 0;
  for (std::size_t at = 8; at < whole.size(); at += step) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(~bytes[at]);
    put_bytes(file, bytes);
    try {
      EXPECT_EQ(read_trial(file).last.test, record.last.test) << "byte " << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST(RecordFile, SaysWhatIsWrongWithAForeignFile) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  put_bytes(file, "id,bacc\n1,0.5\n");
  EXPECT_STREQ(error_of([&] { read_trial(file); }).what(), (file.string() + ": not an HDF5 file").c_str());

  H5Fclose(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  EXPECT_TRUE(testing::says(error_of([&] { read_trial(file); }).what(), {file.string(), "HDF5", "not a result"}));

  write_schema_file(file, "results", [](hid_t) {});
  EXPECT_TRUE(testing::says(error_of([&] { read_trial(file); }).what(), {file.string(), "'results'", "'trial'"}));
  EXPECT_EQ(error_of([&] { read_trial(folder.path() / "none.h5"); }).code(), ExitCode::input_output);
  EXPECT_EQ(error_of([&] { read_trial(folder.path()); }).code(), ExitCode::input_output);
}

TEST(RecordFile, SaysWhichSchemaItReads) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  write_trial(file, random_record(7));
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t attribute = H5Aopen(opened, "schema_version", H5P_DEFAULT);
  const int other = 0;
  H5Awrite(attribute, H5T_NATIVE_INT, &other);
  H5Aclose(attribute);
  H5Fclose(opened);
  const Error error = error_of([&] { read_trial(file); });
  EXPECT_EQ(error.code(), ExitCode::bad_data);
  EXPECT_NE(std::string(error.what()).find("schema 0"), std::string::npos) << error.what();
}

TEST(RecordFile, TakesRoomForPairsOfClassesThatOccur) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  TrialRecord record = random_record(12, {3, 2, 7, true, true});
  for (EpochRecord& epoch : record.epochs) {
    epoch.generation = GenerationCounts(2'000'000);  // K x K counts would take 160 TB an epoch
    for (int pair = 0; pair < 500; ++pair) epoch.generation.at(Outcome::chosen, pair, 1'999'999 - pair) = 1 + pair;
  }
  write_trial(file, record);
  EXPECT_LT(fs::file_size(file), 200'000U);
  expect_equal(read_trial(file), record);
}

/// Writes generation counts of schema 1 into a file: int64 [epochs, outcome, seed class, target class].
void make_schema_1(const fs::path& file, const std::vector<std::int64_t>& cells,
                   const std::array<hsize_t, 4>& dims) {
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t attribute = H5Aopen(opened, "schema_version", H5P_DEFAULT);
  const int old = 1;
  H5Awrite(attribute, H5T_NATIVE_INT, &old);
  H5Aclose(attribute);
  H5Ldelete(opened, "generation", H5P_DEFAULT);
  const hid_t space = H5Screate_simple(4, dims.data(), nullptr);
  const hid_t dataset =
      H5Dcreate2(opened, "generation", H5T_NATIVE_INT64, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells.data());
  H5Dclose(dataset);
  H5Sclose(space);
  H5Fclose(opened);
}

TEST(RecordFile, OfSchema1IsReadTheSame) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  const TrialRecord record = random_record(13, {5, 3, 9, true, true});
  write_trial(file, record);
  std::vector<std::int64_t> cells(3 * outcome_count * 5 * 5, 0);
  for (const auto& [pair, counts] : record.epochs[2].generation.cells) {
    for (int o = 0; o < outcome_count; ++o)
      cells[((2 * outcome_count + o) * 5 + pair.first) * 5 + pair.second] = counts[o];
  }
  make_schema_1(file, cells, {3, outcome_count, 5, 5});
  expect_equal(read_trial(file), record);
  EXPECT_EQ(read_trial(file, RecordParts::metrics).last.test, record.last.test);
}

TEST(RecordFile, WithCountsOfAClassThatIsNotThereIsBadData) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  TrialRecord record = random_record(14, {5, 1, 9, true, true});
  record.epochs[0].generation.at(Outcome::chosen, 5, 0) = 1;
  write_trial(file, record);
  EXPECT_EQ(error_of([&] { read_trial(file); }).code(), ExitCode::bad_data);
}

TEST(RecordFile, InAFolderThatCannotBeWrittenIsAnInputOutputError) {
  const TemporaryFolder folder;
  put_bytes(folder.path() / "file", "in the way");
  EXPECT_EQ(error_of([&] { write_trial(folder.path() / "file" / "result.h5", random_record(8)); }).code(),
            ExitCode::input_output);
  EXPECT_EQ(error_of([&] { write_trial("/proc/result.h5", random_record(8)); }).code(), ExitCode::input_output);
}

/// Writes with file sizes limited to `bytes`, like a full disk or quota, then without the limit in the same
/// process. Returns 0 if the first attempt throws the right error and the second succeeds.
int write_with_limit(const fs::path& file, rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{bytes, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const TrialRecord record = random_record(9, {10, 20, 500, true, true});
  try {
    write_trial(file, record);
    return 1;
  } catch (const Error& error) {
    if (error.code() != ExitCode::input_output || fs::exists(file)) return 2;
  }
  limit.rlim_cur = RLIM_INFINITY;
  ::setrlimit(RLIMIT_FSIZE, &limit);
  write_trial(file, record);
  return read_trial(file).last.test == record.last.test ? 0 : 3;
}

TEST(RecordFile, OnAFullDiskIsAnInputOutputErrorAndTheProgramCanGoOn) {
  const TemporaryFolder folder;
  for (const rlim_t bytes : {0, 100, 1000, 2048, 4000, 8192, 12000}) {
    const std::string name = "result" + std::to_string(bytes) + ".h5";
    EXPECT_EQ(status_of_child([&] { return write_with_limit(folder.path() / name, bytes); }), 0) << bytes;
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "an unfinished file is left";
    fs::remove(folder.path() / name);
  }
}

TEST(RecordFile, KilledAnywhereInItIsAbsentOrWhole) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  const std::array records{random_record(10, {10, 20, 200, true, true}),
                           random_record(11, {10, 20, 200, true, true})};
  write_trial(file, records[1]);
  const std::uintmax_t size = fs::file_size(file);
  for (std::uintmax_t round = 0; round < 60; ++round) {
    fs::remove(file);
    const bool has_old = round % 2 == 0;
    if (has_old) write_trial(file, records[0]);
    ASSERT_TRUE(testing::kill_while_writing(file, size * round / 60, [&] { write_trial(file, records[1]); }));
    ASSERT_TRUE(fs::exists(file) || !has_old) << "the old record is gone";
    if (!fs::exists(file)) continue;
    const TrialRecord found = read_trial(file);
    expect_equal(found, records[found.id == records[0].id ? 0 : 1]);
  }
}

}  // namespace
}  // namespace m2m::results

#include "results/merged_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <map>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/merge.hpp"
#include "results/record.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

namespace fs = std::filesystem;
using testing::planned;
using testing::random_record;
using testing::sample_config;
using testing::sample_record;

/// The inode of a file: another one if the file was written anew.
ino_t inode(const fs::path& file) {
  struct stat facts {};
  EXPECT_EQ(::stat(file.c_str(), &facts), 0) << file;
  return facts.st_ino;
}

/// Flips a bit in the middle of the file, which keeps its size, its time and its inode: as a failing disk does.
void flip_bit(const fs::path& file) {
  const fs::file_time_type time = fs::last_write_time(file);
  std::string bytes = read_file(file);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(file, std::ios::binary) << bytes;
  fs::last_write_time(file, time);
}

/// A merged study of four planned trials: two done, one diverged, one missing; and a result that is not planned.
struct Merged {
  testing::TemporaryFolder temporary;
  OutputFolder out{temporary.path()};
  TrialRecord first = random_record(1);
  TrialRecord second = sample_record("ERM", sample_config("ERM", 0), {90, 50, 0});
  TrialRecord diverged = sample_record("LDAM", sample_config("LDAM", 1), {1, 2, 3});
  TrialRecord missing = sample_record("M2m", sample_config("M2m", 2), {1, 2, 3});
  TrialRecord unplanned = sample_record("DRS", sample_config("DRS", 3), {1, 2, 3});
  MergeSummary summary;
  ino_t merged = 0;

  Merged() {
    write_planned_study(
        out.study(),
        {"mixed", "mixed.toml", {planned(first), planned(second), planned(diverged), planned(missing)}});
    for (const TrialRecord* record : {&first, &second, &unplanned}) write_trial(out.result(record->id), *record);
    write_failure(out.failure(diverged.id), {diverged.id, "LDAM", "loss is not a number at epoch 3", true, {}});
    summary = merge_results(out);
    merged = inode(out.merged());
  }
};

void expect_equal(const MergeSummary& got, const MergeSummary& expected) {
  EXPECT_EQ(got.file, expected.file);
  EXPECT_EQ((std::vector{got.done, got.failed, got.diverged, got.missing}),
            (std::vector{expected.done, expected.failed, expected.diverged, expected.missing}));
  EXPECT_EQ(got.remarks, expected.remarks);
  EXPECT_EQ(got.damaged, expected.damaged);
}

TEST(MergedFiles, SpareAMergeThatWouldWriteTheSame) {
  const Merged folder;
  expect_equal(merge_results(folder.out), folder.summary);
  EXPECT_EQ(inode(folder.out.merged()), folder.merged);
}

TEST(MergedFiles, SpareNoMergeOfAFolderThatChanged) {
  const std::map<std::string, std::function<void(const Merged&)>> changes = {
      {"a new result", [](const Merged& f) { write_trial(f.out.result(f.missing.id), f.missing); }},
      {"a lost result", [](const Merged& f) { fs::remove(f.out.result(f.first.id)); }},
      {"another failure", [](const Merged& f) { write_failure(f.out.failure(f.diverged.id), {}); }},
      {"another study",
       [](const Merged& f) {
         write_planned_study(f.out.study(), {"one", "", {planned(f.first)}});
       }},
      {"a damaged result", [](const Merged& f) { flip_bit(f.out.result(f.second.id)); }},
      {"a damaged results.h5", [](const Merged& f) { flip_bit(f.out.merged()); }},
      {"a damaged merged.json", [](const Merged& f) { flip_bit(merged_files(f.out)); }},
      {"half of merged.json", [](const Merged& f) { fs::resize_file(merged_files(f.out), 500); }},
      {"no merged.json", [](const Merged& f) { fs::remove(merged_files(f.out)); }}};
  for (const auto& [name, change] : changes) {
    const Merged folder;
    change(folder);
    const MergeSummary summary = merge_results(folder.out);
    EXPECT_NE(inode(folder.out.merged()), folder.merged) << name;
    const std::string bytes = read_file(folder.out.merged());
    fs::remove(merged_files(folder.out));
    expect_equal(merge_results(folder.out), summary);
    EXPECT_TRUE(read_file(folder.out.merged()) == bytes) << name;
  }
}

TEST(MergedFiles, NameNoResultThatCouldNotBeRead) {
  const Merged folder;
  write_file(folder.out.result(folder.second.id), "0");
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(merge_results(folder.out).damaged, std::vector<std::string>{folder.second.id});
    const ResultChecker checker(folder.out);
    EXPECT_TRUE(checker.damage(folder.second.id, Look::thorough));
    EXPECT_FALSE(checker.damage(folder.first.id, Look::thorough));
  }
}

TEST(ResultChecker, ComparesMergedResultsWithTheirSizeOrChecksumInsteadOfReadingThem) {
  const Merged folder;
  const fs::path file = folder.out.result(folder.first.id);
  const std::string whole = read_file(file);
  write_file(file, std::string(whole.size(), '0'));
  EXPECT_FALSE(ResultChecker(folder.out).damage(folder.first.id, Look::quick));
  EXPECT_TRUE(ResultChecker(folder.out).damage(folder.first.id, Look::thorough));
  write_file(file, whole + "0");
  EXPECT_FALSE(ResultChecker(folder.out).damage(folder.first.id, Look::quick));  // HDF5 ignores what follows
  write_file(file, whole.substr(1));
  for (const Look look : {Look::quick, Look::thorough}) {
    EXPECT_TRUE(ResultChecker(folder.out).damage(folder.first.id, look));
  }
  fs::remove(file);
  EXPECT_FALSE(ResultChecker(folder.out).damage(folder.first.id, Look::thorough));
}

TEST(ResultChecker, ReadsResultsThatNoMergeHasRead) {
  const Merged folder;
  write_trial(folder.out.result(folder.missing.id), folder.missing);
  EXPECT_FALSE(ResultChecker(folder.out).damage(folder.missing.id, Look::thorough));
  fs::remove(merged_files(folder.out));
  const fs::path file = folder.out.result(folder.first.id);
  write_file(file, std::string(fs::file_size(file), '0'));
  EXPECT_TRUE(ResultChecker(folder.out).damage(folder.first.id, Look::quick));
}

TEST(MergedFiles, OfAnotherBuildOfTheProgramCountForNothing) {
  const Merged folder;
  Json content = Json::parse(read_file(merged_files(folder.out)));
  content["build"] = "0.0.1";
  write_json_file(merged_files(folder.out), content);
  merge_results(folder.out);
  EXPECT_NE(inode(folder.out.merged()), folder.merged);
}

}  // namespace
}  // namespace m2m::results

#include "results/journal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

namespace fs = std::filesystem;
using testing::expect_equal;
using testing::random_record;
using testing::TemporaryFolder;

void put_bytes(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

fs::path journal_of(const TemporaryFolder& folder, const std::vector<EpochRecord>& epochs) {
  fs::path file = folder.path() / "trials" / "a" / "journal.jsonl";
  Journal journal(file);
  for (const EpochRecord& epoch : epochs) journal.append(epoch);
  return file;
}

TEST(Journal, GivesBackItsEpochs) {
  const TemporaryFolder folder;
  const auto epochs = random_record(1, {100, 4, 5, true, true}).epochs;
  const auto read = read_journal(journal_of(folder, epochs));
  ASSERT_EQ(read.size(), 4U);
  for (std::size_t e = 0; e < 4; ++e) expect_equal(read[e], epochs[e]);
}

TEST(Journal, TakesTheLastLineOfAnEpochAfterAResume) {
  const TemporaryFolder folder;
  const fs::path file = journal_of(folder, random_record(2, {2, 3, 5, true, true}).epochs);
  const auto again = random_record(3, {2, 3, 5, true, true}).epochs;
  Journal resumed(file);
  resumed.append(again[1]);
  const auto read = read_journal(file);
  ASSERT_EQ(read.size(), 3U);
  expect_equal(read[1], again[1]);
}

TEST(Journal, CutAtAnyByteGivesTheWholeLinesAndCanBeContinued) {
  const TemporaryFolder folder;
  const auto epochs = random_record(4, {2, 4, 5, true, true}).epochs;
  const fs::path file = journal_of(folder, epochs);
  const std::string whole = read_file(file);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    put_bytes(file, cut);
    const auto lines = static_cast<std::size_t>(std::count(cut.begin(), cut.end(), '\n'));
    ASSERT_EQ(read_journal(file).size(), lines) << length;
    if (length % 40 != 0) continue;
    Journal(file).append(epochs[3]);
    const auto continued = read_journal(file);
    ASSERT_EQ(continued.size(), lines == 4 ? 4 : lines + 1) << length;
    expect_equal(continued.back(), epochs[3]);
  }
}

TEST(Journal, TellsTheEpochAppendedLastWhateverLiesBefore) {
  const TemporaryFolder folder;
  const auto epochs = random_record(7, {2, 3, 5, true, true}).epochs;
  const fs::path file = journal_of(folder, {epochs[2], epochs[1]});
  expect_equal(*read_last_epoch(file), epochs[1]);
  const std::string whole = read_file(file);
  put_bytes(file, "\x01 damaged\n" + whole + "{\"epoch\": 7");  // the last line was being written
  expect_equal(*read_last_epoch(file), epochs[1]);
  for (const char* nothing : {"", "\n", "{}\n", "no line", "damaged\n"}) {
    put_bytes(file, nothing);
    EXPECT_FALSE(read_last_epoch(file)) << nothing;
  }
}

TEST(Journal, WithDamagedBytesIsReadOrRefusedWithItsLine) {
  const TemporaryFolder folder;
  const fs::path file = journal_of(folder, random_record(5, {3, 3, 5, true, true}).epochs);
  const std::string whole = read_file(file);
  std::mt19937 random(6);
  for (int round = 0; round < 1000; ++round) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    put_bytes(file, bytes);
    try {
      EXPECT_LE(read_journal(file).size(), 4U);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      EXPECT_NE(std::string(error.what()).find("journal.jsonl:"), std::string::npos) << error.what();
    }
  }
}

TEST(Journal, WithAFlippedBitIsRefusedOrTheSame) {
  const TemporaryFolder folder;
  const auto epochs = random_record(5, {3, 2, 5, true, true}).epochs;
  const fs::path file = journal_of(folder, epochs);
  const std::string whole = read_file(file);
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 41) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    put_bytes(file, bytes);
    try {
      const auto read = read_journal(file);
      for (std::size_t e = 0; e < read.size(); ++e) expect_equal(read[e], epochs[e]);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(whole.size() / 8));
}

TEST(Journal, OfAnEarlierVersionHasNoChecksums) {
  const TemporaryFolder folder;
  const EpochRecord epoch = random_record(8, {3, 1, 5, true, true}).epochs.at(0);
  const fs::path file = folder.path() / "journal.jsonl";
  put_bytes(file, epoch_to_json(epoch).dump() + "\n");
  expect_equal(read_journal(file).at(0), epoch);
}

TEST(Journal, WithANumberThatCannotBeIsRefused) {
  const TemporaryFolder folder;
  Json whole = epoch_to_json(random_record(5, {3, 3, 5, true, true}).epochs.back());
  whole["generation"]["chosen"] = {{0, 1, 2}};
  const auto refused = [&](const char* place, const char* value) {
    Json json = whole;
    json[Json::json_pointer(place)] = Json::parse(value);
    put_bytes(folder / "journal.jsonl", json.dump() + "\n");
    EXPECT_FALSE(read_last_epoch(folder / "journal.jsonl")) << place << value;
    EXPECT_NE(testing::complaint([&] { read_journal(folder / "journal.jsonl"); }, ExitCode::bad_data), "")
        << place << value;
  };
  for (const char* value : {"1e300", "4294967296", "0.5", "true"}) {
    refused("/epoch", value);
    refused("/generation/classes", value);
    refused("/generation/chosen/0/1", value);
  }
  for (const char* value : {"1e300", "-1", "9223372036854775807"}) refused("/generation/chosen/0/2", value);
}

TEST(Journal, ThatIsNotUtf8IsRefusedInUtf8) {
  const TemporaryFolder folder;
  put_bytes(folder / "journal.jsonl", "{\"epoch\": \"\xff\n");
  const auto read = [&] { read_journal(folder / "journal.jsonl"); };
  const std::string refusal = testing::complaint(read, ExitCode::bad_data);
  EXPECT_TRUE(is_utf8(refusal) && testing::says(refusal, {"journal.jsonl:1"})) << refusal;
}

TEST(Journal, ComesBackForAnyNumberOfClasses) {
  const TemporaryFolder folder;
  EpochRecord epoch;
  epoch.generation = GenerationCounts(2'000'000);
  epoch.generation.at(Outcome::accepted, 0, 1'999'999) = 3;
  const fs::path file = journal_of(folder, {epoch});
  expect_equal(read_journal(file).at(0), epoch);
  EXPECT_LT(fs::file_size(file), 1000U);
}

TEST(Journal, WhereNoneCanBeWrittenIsAnInputOutputError) {
  const TemporaryFolder folder;
  put_bytes(folder.path() / "file", "in the way");
  try {
    Journal journal(folder.path() / "file" / "journal.jsonl");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input_output);
  }
  try {
    const EpochRecord epoch;
    Journal("/dev/full").append(epoch);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input_output);
  }
}

TEST(GenerationCounts, AreTotalledByOutcome) {
  GenerationCounts counts(3);
  counts.at(Outcome::failed_gamma, 0, 1) = 2;
  counts.at(Outcome::failed_gamma, 1, 2) = 3;
  counts.at(Outcome::accepted, 0, 2) = 7;
  EXPECT_EQ(counts.total(Outcome::failed_gamma), 5);
  EXPECT_EQ(counts.total(Outcome::accepted), 7);
  EXPECT_EQ(counts.total(Outcome::chosen), 0);
}

}  // namespace
}  // namespace m2m::results

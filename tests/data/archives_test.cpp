#include "data/archives.hpp"

#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * i % 23);
  return text;
}

TEST(Gzip, UnpacksWhatWasPacked) {
  for (const std::size_t size : {0U, 1U, 1000U, 1U << 22, 9'000'000U})
    EXPECT_TRUE(gunzip(testing::gzipped(text_of(size)), "x", "fetch it") == text_of(size));
}

TEST(Gzip, RefusesAFileCutAnywhere) {
  const std::string packed = testing::gzipped(text_of(500));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto unpack = [&] { gunzip(packed.substr(0, size), "file.gz", "fetch it"); };
    ASSERT_TRUE(testing::says(testing::complaint(unpack, ExitCode::bad_data), {"file.gz", "incomplete"})) << size;
  }
}

TEST(Gzip, RefusesAFileDamagedAnywhereThatMatters) {
  const std::string packed = testing::gzipped(text_of(500));
  constexpr std::size_t header = 10;  // its time stamp may be anything
  for (std::size_t at = header; at < packed.size(); ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_NE(testing::complaint([&] { gunzip(damaged, "x", "fetch it"); }, ExitCode::bad_data), "") << at;
  }
}

TEST(Gzip, RefusesOtherFilesAndExtraBytes) {
  EXPECT_NE(testing::complaint([] { gunzip("plain text", "x", "fetch it"); }, ExitCode::bad_data), "");
  EXPECT_NE(
      testing::complaint([] { gunzip(testing::gzipped("text") + "more", "x", "fetch it"); }, ExitCode::bad_data),
      "");
}

TEST(Tar, FindsRegularFilesByName) {
  const std::string archive = testing::tar_of({{"a", "first"}, {"b", std::string(513, 'x')}, {"empty", ""}});
  const auto files = tar_files(archive, "x", "fetch it");
  EXPECT_EQ(files.size(), 3U);
  EXPECT_EQ(files.at("a"), "first");
  EXPECT_EQ(files.at("b"), std::string(513, 'x'));
  EXPECT_EQ(files.at("empty"), "");
}

TEST(Tar, NeverReadsPastACut) {
  const std::string archive = testing::tar_of({{"a", "first"}, {"b", std::string(600, 'x')}});
  for (std::size_t size = 0; size < archive.size(); ++size) {
    const std::string cut = archive.substr(0, size);
    testing::complaint(
        [&] {
          for (const auto& [name, content] : tar_files(cut, "x", "fetch it")) {
            ASSERT_LE(content.data() + content.size(), cut.data() + cut.size());
          }
        },
        ExitCode::bad_data);
  }
}

TEST(Tar, RefusesADamagedHeader) {
  const std::string archive = testing::tar_of({{"a", "first"}});
  for (std::size_t at = 1; at < 512; ++at) {
    std::string damaged = archive;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    const bool is_after_the_sum = at == 154 || at == 155;  // the two bytes that only end its digits
    const bool is_refused =
        !testing::complaint([&] { tar_files(damaged, "x", "fetch it"); }, ExitCode::bad_data).empty();
    EXPECT_NE(is_refused, is_after_the_sum) << at;
  }
}

TEST(Tar, RefusesAMemberLargerThanTheArchive) {
  const std::string archive = testing::tar_member("a", std::string(5000, 'x')).substr(0, 5000);
  EXPECT_NE(testing::complaint([&] { tar_files(archive, "x", "fetch it"); }, ExitCode::bad_data), "");
}

}  // namespace
}  // namespace m2m::data

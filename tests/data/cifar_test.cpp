#include <functional>

#include "core/hash.hpp"
#include "data/readers.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {

using testing::TemporaryFolder;

namespace {

using testing::complaint;
using testing::tiny_layout;

std::string reading_fails(const TemporaryFolder& folder) {
  return complaint([&] { read_cifar(tiny_layout(), folder.path()); }, ExitCode::bad_data);
}

std::string content_sha256() {
  const auto files = testing::tiny_files();
  return sha256_hex(files.at("a.bin") + files.at("b.bin") + files.at("test.bin"));
}

std::string tiny_archive() { return testing::gzipped(testing::tar_of(testing::tiny_files())); }

std::string sums_of_tiny() {
  std::string sums;
  for (const auto& [name, content] : testing::tiny_files()) sums += sha256_hex(content) + "  " + name + "\n";
  return sums;
}

TEST(Cifar, ReadsLabelsAndPixels) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  const DataSet data = read_cifar(tiny_layout(), folder.path());
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 2, 0, 1, 2, 0}));
  EXPECT_EQ(data.test.labels, (std::vector<std::int32_t>{1, 2, 0}));
  EXPECT_EQ(data.train.shape, (ImageShape{3, 32, 32}));
  ASSERT_EQ(data.train.pixels.size(), 7U * 3072);
  EXPECT_EQ(data.train.pixels[5 * 3072 + 100], static_cast<std::uint8_t>(5 * 31 + 100 * 7));
  EXPECT_EQ(data.test.pixels[3071], static_cast<std::uint8_t>(7 * 31 + 3071 * 7));
  EXPECT_EQ(data.files_sha256, content_sha256());
  EXPECT_EQ(data.augmentation.pad, 4);
  EXPECT_TRUE(data.augmentation.flip);
}

TEST(Cifar, IsTheSameFromTheArchive) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  const DataSet from_folder = read_cifar(tiny_layout(), folder.path());
  std::filesystem::remove_all(folder / "tiny-bin");
  write_file(folder / "tiny.tar.gz", tiny_archive());
  const DataSet from_archive = read_cifar(tiny_layout(), folder.path());
  EXPECT_EQ(from_folder.train.pixels, from_archive.train.pixels);
  EXPECT_EQ(from_folder.train.labels, from_archive.train.labels);
  EXPECT_EQ(from_folder.test.pixels, from_archive.test.pixels);
  EXPECT_EQ(from_folder.test.labels, from_archive.test.labels);
  EXPECT_EQ(from_folder.files_sha256, from_archive.files_sha256);
}

TEST(Cifar, SaysWhatToDoWhereNothingIsThere) {
  const TemporaryFolder folder;
  const std::string sentence = reading_fails(folder);
  EXPECT_TRUE(testing::says(sentence, {folder.path().string(), "Tiny", "tiny-bin/", "tiny.tar.gz"}));
  EXPECT_NE(sentence.find("datasets/fetch_cifar.sh tiny --dest '" + folder.path().string() + "'"),
            std::string::npos)
      << sentence;
}

TEST(Cifar, NamesTheFolderAboveWhereThatOfTheFilesIsNamed) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  for (const char* slash : {"", "/"}) {
    const std::string named = (folder / "tiny-bin").string() + slash;
    const std::string sentence = complaint([&] { read_cifar(tiny_layout(), named); }, ExitCode::bad_data);
    const std::string marker = "data.root = '";
    const std::size_t begin = sentence.find(marker);
    ASSERT_NE(begin, std::string::npos) << sentence;
    const std::string advised =
        sentence.substr(begin + marker.size(), sentence.rfind('\'') - begin - marker.size());
    EXPECT_EQ(read_cifar(tiny_layout(), advised).train.count(), 7) << advised;
  }
}

/// Faults of a folder that was unpacked in part.
std::vector<std::function<void(const std::filesystem::path&)>> halves() {
  return {[](const auto& folder) { std::filesystem::remove(folder / "b.bin"); },
          [](const auto& folder) { std::filesystem::remove(folder / "test.bin"); },
          [](const auto& folder) { std::filesystem::resize_file(folder / "b.bin", 100); },
          [](const auto& folder) { std::filesystem::resize_file(folder / "test.bin", 100'000); },
          [](const auto& folder) { write_file(folder / "a.bin", ""); }};
}

TEST(Cifar, IsReadFromTheArchiveWhereTheFolderWasUnpackedInPart) {
  CifarLayout layout = tiny_layout();
  layout.archive_md5 = md5_hex(tiny_archive());
  for (const auto& damage : halves()) {
    const TemporaryFolder folder;
    testing::write_tiny(folder);
    write_file(folder / "tiny.tar.gz", tiny_archive());
    EXPECT_FALSE(read_cifar(layout, folder.path()).published);
    damage(folder / "tiny-bin");
    const DataSet data = read_cifar(layout, folder.path());
    EXPECT_EQ(data.files_sha256, content_sha256());
    EXPECT_TRUE(data.published);
    EXPECT_TRUE(testing::says(data.notice, {"tiny-bin/"}));
  }
}

TEST(Cifar, SaysWhichFolderToDeleteBeforeItIsFetchedAgain) {
  for (const auto& damage : halves()) {
    const TemporaryFolder folder;
    testing::write_tiny(folder);
    damage(folder / "tiny-bin");
    const std::string advice = "delete '" + (folder / "tiny-bin").string() + "' and run datasets/fetch_cifar.sh";
    EXPECT_NE(reading_fails(folder).find(advice), std::string::npos) << reading_fails(folder);
    write_file(folder / "tiny.tar.gz", tiny_archive().substr(0, 100));
    EXPECT_NE(reading_fails(folder).find(advice), std::string::npos) << reading_fails(folder);
    std::filesystem::remove_all(folder / "tiny-bin");
    testing::write_tiny(folder);  // as the script does
    EXPECT_EQ(read_cifar(tiny_layout(), folder.path()).train.count(), 7);
  }
}

TEST(Cifar, NamesAMissingFile) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  std::filesystem::remove(folder / "tiny-bin/b.bin");
  EXPECT_TRUE(reading_fails(folder).starts_with((folder / "tiny-bin").string() + ": b.bin is missing"));
}

TEST(Cifar, TakesNoFileForMissingThatCannotBeRead) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  std::filesystem::remove(folder / "tiny-bin/b.bin");
  std::filesystem::create_symlink("b.bin", folder / "tiny-bin/b.bin");  // a loop
  const auto read = [&] { read_cifar(tiny_layout(), folder.path()); };
  EXPECT_TRUE(testing::says(complaint(read, ExitCode::input_output), {"b.bin", "cannot be read"}));
}

TEST(Cifar, NamesAFileMissingFromTheArchive) {
  const TemporaryFolder folder;
  auto files = testing::tiny_files();
  files.erase("test.bin");
  write_file(folder / "tiny.tar.gz", testing::gzipped(testing::tar_of(files)));
  EXPECT_NE(reading_fails(folder).find("tiny.tar.gz: test.bin is missing"), std::string::npos);
}

TEST(Cifar, RefusesAFileOfAnotherSize) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  const std::string bytes = testing::tiny_files().at("b.bin");
  write_file(folder / "tiny-bin/b.bin", bytes.substr(0, bytes.size() - 1));
  EXPECT_TRUE(
      testing::says(reading_fails(folder), {(folder / "tiny-bin").string(), "b.bin", "9,221 bytes", "9,222"}));
  write_file(folder / "tiny-bin/b.bin", bytes + "x");
  EXPECT_NE(reading_fails(folder).find("9,223 bytes, expected 9,222"), std::string::npos);
  write_file(folder / "tiny-bin/b.bin", "");
  EXPECT_NE(reading_fails(folder).find("b.bin has 0 bytes"), std::string::npos);
  auto files = testing::tiny_files();
  files.at("b.bin").pop_back();
  std::filesystem::remove_all(folder / "tiny-bin");
  write_file(folder / "tiny.tar.gz", testing::gzipped(testing::tar_of(files)));
  EXPECT_TRUE(testing::says(reading_fails(folder), {"tiny.tar.gz/b.bin", "9,221 bytes", "9,222", "3", "3,074"}));
}

TEST(Cifar, NamesTheRecordWithALabelOutOfRange) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  std::string bytes = testing::tiny_files().at("a.bin");
  bytes[2 * 3074 + 1] = static_cast<char>(200);
  write_file(folder / "tiny-bin/a.bin", bytes);
  EXPECT_TRUE(
      testing::says(reading_fails(folder), {(folder / "tiny-bin/a.bin").string(), "3 of 4", "200", "0 to 2"}));
  // The folder that the sentence names goes; what the archive holds is read.
  EXPECT_NE(reading_fails(folder).find("delete '" + (folder / "tiny-bin").string() + "'"), std::string::npos);
  std::filesystem::remove_all(folder / "tiny-bin");
  write_file(folder / "tiny.tar.gz", tiny_archive());
  EXPECT_EQ(read_cifar(tiny_layout(), folder.path()).train.count(), 7);
}

TEST(Cifar, RefusesADamagedArchive) {
  const TemporaryFolder folder;
  std::string packed = tiny_archive();
  packed[packed.size() / 2] = static_cast<char>(~packed[packed.size() / 2]);
  write_file(folder / "tiny.tar.gz", packed);
  EXPECT_TRUE(testing::says(reading_fails(folder), {"tiny.tar.gz", "damaged"}));
  write_file(folder / "tiny.tar.gz", tiny_archive().substr(0, tiny_archive().size() - 9));
  EXPECT_TRUE(testing::says(reading_fails(folder), {"tiny.tar.gz", "incomplete"}));
}

TEST(CifarPublished, IsNotClaimedWithoutEvidence) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  const DataSet data = read_cifar(tiny_layout(), folder.path());
  EXPECT_FALSE(data.published);
  EXPECT_TRUE(testing::says(data.notice, {"Tiny", "published"}));
}

TEST(CifarPublished, FollowsFromTheContentsHash) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  CifarLayout layout = tiny_layout();
  layout.published_sha256 = content_sha256();
  const DataSet data = read_cifar(layout, folder.path());
  EXPECT_TRUE(data.published);
  EXPECT_EQ(data.notice, "");
}

TEST(CifarPublished, FollowsFromTheArchivesSum) {
  const TemporaryFolder folder;
  write_file(folder / "tiny.tar.gz", tiny_archive());
  CifarLayout layout = tiny_layout();
  EXPECT_FALSE(read_cifar(layout, folder.path()).published);
  layout.archive_md5 = md5_hex(tiny_archive());
  EXPECT_TRUE(read_cifar(layout, folder.path()).published);
}

TEST(CifarPublished, FollowsFromTheSumsKeptWhenTheArchiveWasChecked) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  write_file(folder / "tiny-bin/.md5-checked", sums_of_tiny());
  EXPECT_TRUE(read_cifar(tiny_layout(), folder.path()).published);
}

TEST(CifarPublished, IsLostWhenACheckedFileChanges) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  write_file(folder / "tiny-bin/.md5-checked", sums_of_tiny());
  std::string bytes = testing::tiny_files().at("test.bin");
  bytes.back() = static_cast<char>(bytes.back() + 1);
  write_file(folder / "tiny-bin/test.bin", bytes);
  EXPECT_FALSE(read_cifar(tiny_layout(), folder.path()).published);
}

TEST(CifarPublished, NeedsASumForEveryFile) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  const std::string sums = sums_of_tiny();
  write_file(folder / "tiny-bin/.md5-checked", sums.substr(0, sums.find('\n') + 1));
  EXPECT_FALSE(read_cifar(tiny_layout(), folder.path()).published);
  write_file(folder / "tiny-bin/.md5-checked", "");
  EXPECT_FALSE(read_cifar(tiny_layout(), folder.path()).published);
}

TEST(CifarPublished, SaysWhatIsWrongWithAKnownCopy) {
  const TemporaryFolder folder;
  testing::write_tiny(folder);
  CifarLayout layout = tiny_layout();
  layout.inexact_sha256 = content_sha256();
  layout.inexact_notice = "two images are not exact";
  const DataSet data = read_cifar(layout, folder.path());
  EXPECT_FALSE(data.published);
  EXPECT_EQ(data.notice, layout.inexact_notice);
}

}  // namespace
}  // namespace m2m::data

#include "data/read_pictures.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/hash.hpp"
#include "core/parallel.hpp"
#include "data/picture_cache.hpp"
#include "support/made_pictures.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

namespace fs = std::filesystem;

class ReadPicturesTest : public ::testing::Test {
 protected:
  ReadPicturesTest() {
    for (int i = 0; i < 12; ++i) {
      const std::string name = fmt::format("p{}.{}", i, i % 2 == 0 ? "png" : "jpg");
      const Picture picture = testing::pattern(10 + i, 12, i);
      write_file(folder_ / name, i % 2 == 0 ? testing::encode_png(picture) : testing::encode_jpeg(picture));
      part_.list.paths.push_back(name);
      part_.list.labels.push_back(i % 3);
    }
    part_.name = "train";
    part_.cache = folder_ / ".cache.bin";
  }

  DecodedList read(int threads = 2, int size = 8) const {
    PictureReading how = how_;
    how.threads = threads;
    how.size = size;
    return read_pictures(std::span(&part_, 1), folder_.path(), how).at(0);
  }

  std::string reading_fails() const {
    return testing::complaint([&] { read(); }, ExitCode::bad_data);
  }

  /// Replaces the bytes but keeps size and time, which the cache knows: decoding would fail or give other pixels.
  void ruin_unseen(const std::string& name) const {
    const auto time = fs::last_write_time(folder_ / name);
    write_file(folder_ / name, std::string(fs::file_size(folder_ / name), 'x'));
    fs::last_write_time(folder_ / name, time);
  }

  bool has_partial() const {
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      if (entry.path().string().find(".partial") != std::string::npos) return true;
    return false;
  }

  testing::TemporaryFolder folder_;
  PictureList part_;
  PictureReading how_;
};

TEST_F(ReadPicturesTest, GivesPlanesOfTheResizedPicturesInTheOrderOfTheList) {
  const Samples samples = read().samples;
  EXPECT_EQ(samples.shape, (ImageShape{3, 8, 8}));
  EXPECT_EQ(samples.labels, part_.list.labels);
  ASSERT_EQ(samples.pixels.size(), 12U * 192);
  for (std::size_t i = 0; i < 12; ++i) {
    const Picture square = resize_square(decode_picture(read_file(folder_ / part_.list.paths[i])), 8);
    for (std::size_t at = 0; at < 64; ++at)
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_EQ(samples.pixels[i * 192 + c * 64 + at], square.rgb[3 * at + c]) << i;
  }
}

TEST_F(ReadPicturesTest, IsTheSameByOneThreadAndByMany) {
  const DecodedList one = read(1);
  fs::remove(part_.cache);
  const DecodedList many = read(7);
  EXPECT_EQ(one.samples.pixels, many.samples.pixels);
  EXPECT_EQ(one.sha256, many.sha256);
}

TEST_F(ReadPicturesTest, DecodesOnce) {
  const DecodedList first = read();
  for (const std::string& name : part_.list.paths) ruin_unseen(name);
  const DecodedList second = read();
  EXPECT_EQ(first.samples.pixels, second.samples.pixels);
  EXPECT_EQ(first.sha256, second.sha256);
}

TEST_F(ReadPicturesTest, MapsACacheInAFolderThatCannotBeWrittenTo) {
  const DecodedList first = read();
  fs::remove(part_.cache.string() + ".lock");
  fs::permissions(folder_.path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(read().samples.pixels, first.samples.pixels);
  EXPECT_FALSE(fs::exists(part_.cache.string() + ".lock"));
  fs::permissions(folder_.path(), fs::perms::owner_all);
}

TEST_F(ReadPicturesTest, DecodesAgainWhereAPictureHasChanged) {
  const DecodedList first = read();
  write_file(folder_ / "p0.png", testing::encode_png(testing::pattern(30, 30, 77)));
  const DecodedList second = read();
  EXPECT_NE(first.sha256, second.sha256);
  EXPECT_EQ(second.samples.pixels[0], resize_square(testing::pattern(30, 30, 77), 8).rgb[0]);
}

TEST_F(ReadPicturesTest, DecodesAgainForAnotherListOrSize) {
  const DecodedList first = read();
  std::swap(part_.list.paths[0], part_.list.paths[1]);
  const DecodedList swapped = read();
  EXPECT_EQ(swapped.samples.pixels[0], first.samples.pixels[192]);
  part_.list.labels[5] = 0;
  EXPECT_NE(read().sha256, swapped.sha256);
  EXPECT_EQ(read(2, 6).samples.shape, (ImageShape{3, 6, 6}));
}

TEST_F(ReadPicturesTest, MakesATruncatedOrForeignCacheAnew) {
  const DecodedList first = read();
  const std::string whole = read_file(part_.cache);
  std::vector<std::string> others{"", "M2M", "not a cache\n", std::string(5000, 'x'), whole + "x"};
  for (std::size_t size = 0; size < whole.size(); size += 311) others.push_back(whole.substr(0, size));
  for (const std::string& other : others) {
    write_file(part_.cache, other);
    ASSERT_EQ(read().samples.pixels, first.samples.pixels) << other.size();
    ASSERT_TRUE(read_file(part_.cache) == whole) << other.size();
  }
}

TEST_F(ReadPicturesTest, MakesACacheAnewWhereAnyByteOfItIsDamaged) {
  read();
  const std::string whole = read_file(part_.cache);
  constexpr std::size_t header_end = 280, pixels_begin = 320;
  for (std::size_t at = 0; at < whole.size(); at += 61) {
    if (at >= header_end && at < pixels_begin) continue;  // nothing lies there
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write_file(part_.cache, damaged);
    read();
    ASSERT_TRUE(read_file(part_.cache) == whole) << at;
  }
}

TEST_F(ReadPicturesTest, LeavesAMapThatIsInUseAloneWhereTheCacheIsReplaced) {
  const DecodedList first = read();
  const std::vector<std::uint8_t> before(first.samples.pixels.begin(), first.samples.pixels.end());
  write_file(folder_ / "p0.png", testing::encode_png(testing::pattern(30, 30, 77)));
  read();
  EXPECT_EQ(before, std::vector<std::uint8_t>(first.samples.pixels.begin(), first.samples.pixels.end()));
}

TEST_F(ReadPicturesTest, NamesAllThatIsMissingOrDamagedAtOnce) {
  fs::remove(folder_ / "p3.jpg");
  write_file(folder_ / "p4.png", "");
  write_file(folder_ / "p5.jpg", "text that is called a picture");
  const std::string whole = read_file(folder_ / "p7.jpg");
  write_file(folder_ / "p7.jpg", whole.substr(0, whole.size() / 2));
  const std::string sentence = reading_fails();
  EXPECT_TRUE(testing::says(sentence, {folder_.path().string(), "4 of 12", "p3.jpg is missing", "p4.png is empty",
                                       "p5.jpg is neither JPEG", "p7.jpg is damaged"}));
  EXPECT_FALSE(fs::exists(part_.cache));
  EXPECT_FALSE(has_partial());
}

TEST_F(ReadPicturesTest, SaysTheSettingThatLeavesThemOutAndItWorks) {
  fs::remove(folder_ / "p3.jpg");
  EXPECT_NE(reading_fails().find("data.skip_unreadable = true"), std::string::npos) << reading_fails();
  how_.skip_unreadable = true;
  EXPECT_EQ(read().samples.count(), 11);
}

TEST_F(ReadPicturesTest, LeavesOutWhatCannotBeReadAsIfItWereNotListed) {
  const DecodedList whole = read();
  fs::remove(folder_ / "p0.png");
  write_file(folder_ / "p4.png", "GIF89a");
  const std::string jpeg = read_file(folder_ / "p7.jpg");
  write_file(folder_ / "p7.jpg", jpeg.substr(0, jpeg.size() / 2));
  how_.skip_unreadable = true;
  const DecodedList left = read();
  std::vector<std::uint8_t> kept;
  for (const std::size_t i : {1, 2, 3, 5, 6, 8, 9, 10, 11})
    kept.insert(kept.end(), whole.samples.pixels.begin() + 192 * i, whole.samples.pixels.begin() + 192 * (i + 1));
  EXPECT_EQ(left.samples.pixels, SharedArray<std::uint8_t>(kept));
  EXPECT_EQ(left.samples.labels, (std::vector<std::int32_t>{1, 2, 0, 2, 0, 2, 0, 1, 2}));
  EXPECT_NE(left.sha256, whole.sha256);
  ASSERT_EQ(left.notes.size(), 3U);
  EXPECT_EQ(left.notes[0].path + " " + left.notes[0].sentence, "p0.png is missing");
  EXPECT_NE(left.notes[1].sentence.find("GIF"), std::string::npos);
  EXPECT_EQ(left.notes[2].path, "p7.jpg");
  const std::string beside = read_file(notes_file(part_.cache));
  EXPECT_EQ(std::count(beside.begin(), beside.end(), '\n'), 3) << beside;

  part_.list = without_left_out(part_.list, left.notes);
  part_.cache = folder_ / ".other.bin";
  how_.skip_unreadable = false;
  EXPECT_EQ(read().sha256, left.sha256);
}

TEST_F(ReadPicturesTest, RemembersWhatIsLeftOut) {
  fs::remove(folder_ / "p3.jpg");
  how_.skip_unreadable = true;
  const DecodedList first = read();
  ruin_unseen("p5.jpg");  // would show if it were decoded again
  const DecodedList second = read();
  EXPECT_EQ(second.sha256, first.sha256);
  EXPECT_EQ(second.samples.labels, first.samples.labels);
  EXPECT_EQ(second.notes.size(), 1U);
  how_.skip_unreadable = false;
  EXPECT_NE(reading_fails().find("p3.jpg is missing"), std::string::npos) << reading_fails();
}

TEST_F(ReadPicturesTest, MakesACacheAnewWhereItsNotesAreGoneOrChanged) {
  fs::remove(folder_ / "p3.jpg");
  how_.skip_unreadable = true;
  const DecodedList first = read();
  const std::string notes = read_file(notes_file(part_.cache));
  for (const std::string& other : {std::string(), std::string("left out\tis missing\tp5.jpg\n"), notes + notes}) {
    write_file(notes_file(part_.cache), other);
    if (other.empty()) fs::remove(notes_file(part_.cache));
    EXPECT_EQ(read().sha256, first.sha256) << other;
    EXPECT_EQ(read_file(notes_file(part_.cache)), notes);
  }
}

TEST_F(ReadPicturesTest, TakesALeftOutPictureBackWhenItIsThereAgain) {
  const std::string picture = read_file(folder_ / "p3.jpg");
  const std::string whole = read().sha256;
  fs::remove(folder_ / "p3.jpg");
  how_.skip_unreadable = true;
  EXPECT_NE(read().sha256, whole);
  write_file(folder_ / "p3.jpg", picture);
  EXPECT_EQ(read().sha256, whole);
  EXPECT_FALSE(fs::exists(notes_file(part_.cache)));
}

TEST_F(ReadPicturesTest, KeepsAPictureOfEveryPartAndOfEveryClassOfTrain) {
  how_.skip_unreadable = true;
  for (const char* name : {"p1.jpg", "p4.png", "p7.jpg", "p10.png"}) fs::remove(folder_ / name);
  EXPECT_TRUE(testing::says(reading_fails(), {"none", "class 1"}));
  part_.name = "test";
  EXPECT_EQ(read().samples.count(), 8);
  for (int i = 0; i < 12; ++i) fs::remove(folder_ / part_.list.paths[i]);
  EXPECT_TRUE(testing::says(reading_fails(), {"none", "12 pictures", "test"}));
  how_.skip_unreadable = false;
  EXPECT_EQ(reading_fails().find("data.skip_unreadable"), std::string::npos) << "it would not help";
}

TEST_F(ReadPicturesTest, ReadsPicturesThatOnlyGiveWarningsAndNamesThem) {
  const DecodedList clean = read();
  std::string jpeg = read_file(folder_ / "p3.jpg");
  write_file(folder_ / "p3.jpg", jpeg.insert(jpeg.size() - 2, std::string(300, '\x11')));
  for (int round = 0; round < 2; ++round) {  // decoded, then from the cache
    const DecodedList warned = read();
    EXPECT_EQ(warned.sha256, clean.sha256);
    ASSERT_EQ(warned.notes.size(), 1U);
    EXPECT_EQ(warned.notes[0].kind, PictureNoteKind::warning);
    EXPECT_EQ(warned.notes[0].path, "p3.jpg");
    EXPECT_NE(read_file(notes_file(part_.cache)).find("p3.jpg"), std::string::npos);
  }
  how_.strict = true;
  for (const bool skips : {false, true}) {
    how_.skip_unreadable = skips;
    EXPECT_TRUE(testing::says(reading_fails(), {"1 of 12", "warning"}));
    EXPECT_NE(reading_fails().find("p3.jpg ("), std::string::npos) << reading_fails();
  }
}

TEST_F(ReadPicturesTest, SaysWhatALinkLeadsTo) {
  fs::remove(folder_ / "p3.jpg");
  fs::create_symlink("gone.jpg", folder_ / "p3.jpg");
  fs::remove(folder_ / "p4.png");
  fs::create_symlink("p4.png", folder_ / "p4.png");
  fs::remove(folder_ / "p5.jpg");
  fs::create_directory(folder_ / "p5.jpg");
  const std::string sentence = reading_fails();
  EXPECT_TRUE(testing::says(sentence, {"p3.jpg is a link", "p4.png is a link", "p5.jpg is not a file"}));
}

TEST_F(ReadPicturesTest, NamesWhatIsMissingInAllParts) {
  PictureList test{"test", {{"gone.jpg"}, {0}}, folder_ / ".test.bin"};
  fs::remove(folder_ / "p0.png");
  const std::vector<PictureList> parts{part_, test};
  const std::string sentence =
      testing::complaint([&] { read_pictures(parts, folder_.path(), {.size = 8}); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(sentence, {"2 of 13", "p0.png is missing", "gone.jpg is missing"}));
}

TEST_F(ReadPicturesTest, NamesTwentyAndCountsTheRest) {
  part_.list = {};
  for (int i = 0; i < 1025; ++i) {
    part_.list.paths.push_back(fmt::format("gone{}.jpg", i));
    part_.list.labels.push_back(0);
  }
  const std::string sentence = reading_fails();
  EXPECT_TRUE(testing::says(sentence, {"gone19.jpg", "1,005"}));
  EXPECT_EQ(sentence.find("gone20.jpg"), std::string::npos);
}

TEST_F(ReadPicturesTest, SaysToSetDataCacheWhereNothingCanBeWritten) {
  write_file(folder_ / "file", "");
  part_.cache = folder_ / "file" / "cache.bin";
  const std::string sentence = testing::complaint([&] { read(); }, ExitCode::input_output);
  EXPECT_TRUE(testing::says(sentence, {"set data.cache"}));
}

TEST_F(ReadPicturesTest, WaitsForAnotherThatMakesTheSameCache) {
  std::vector<std::string> hashes(4);
  const auto failures = parallel_for_each(4, 4, [&](std::int64_t i) { hashes[i] = read(1).sha256; });
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(hashes, std::vector<std::string>(4, read().sha256));
}

TEST(DecoderCount, FollowsTheEnvironment) {
  ::setenv("M2M_DECODERS", "3", 1);
  EXPECT_EQ(decode_threads(), 3);
  for (const char* nonsense : {"", "0", "-4", "many"}) {
    ::setenv("M2M_DECODERS", nonsense, 1);
    EXPECT_GE(decode_threads(), 1);
    EXPECT_LE(decode_threads(), 16);
  }
  ::unsetenv("M2M_DECODERS");
}

}  // namespace
}  // namespace m2m::data

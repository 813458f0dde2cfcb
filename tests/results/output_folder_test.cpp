#include "results/output_folder.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <fstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/record_file.hpp"
#include "results/record_group.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

namespace fs = std::filesystem;
using testing::random_record;
using testing::TemporaryFolder;

void put_bytes(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

TEST(SetAside, KeepsEveryDamagedFileUnderANameOfItsOwn) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  for (const char* name : {"result.h5.damaged", "result.h5.damaged-2", "result.h5.damaged-3"}) {
    put_bytes(file, name);
    EXPECT_EQ(set_aside(file), folder.path() / name);
    EXPECT_FALSE(fs::exists(file));
    EXPECT_EQ(read_file(folder.path() / name), name);
  }
  EXPECT_EQ(set_aside(file), fs::path());
}

TEST(SetAside, TakesTheMarkerAsWellAndSaysWhatItDid) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "state.safetensors", marker = folder.path() / "stage.json";
  put_bytes(file, "x");
  put_bytes(marker, "{}");
  const std::string said = set_aside(Damage{file, marker, file.string() + ": cut"});
  EXPECT_EQ(said.rfind(file.string() + ": cut; ", 0), 0U) << said;
  EXPECT_NE(said.find("state.safetensors.damaged"), std::string::npos) << said;
  EXPECT_TRUE(fs::exists(file.string() + ".damaged") && fs::exists(marker.string() + ".damaged"));
}

TEST(DamageOfAResult, IsFoundWhereverTheFileIsCut) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  const TrialRecord record = random_record(1);
  for (const Look look : {Look::quick, Look::thorough}) EXPECT_FALSE(damage_of_result(file, record.id, look));
  write_trial(file, record);
  for (const Look look : {Look::quick, Look::thorough}) EXPECT_FALSE(damage_of_result(file, record.id, look));
  const std::string whole = read_file(file);
  for (std::size_t length = 0; length < whole.size(); length += length < 64 ? 1 : 509) {
    put_bytes(file, whole.substr(0, length));
    for (const Look look : {Look::quick, Look::thorough}) {
      const auto damage = damage_of_result(file, record.id, look);
      ASSERT_TRUE(damage) << length;
      EXPECT_EQ(damage->file, file);
      EXPECT_EQ(damage->marker, file);
    }
  }
  put_bytes(file, std::string(whole.size(), '\0'));  // as a power loss leaves it
  EXPECT_TRUE(damage_of_result(file, record.id, Look::quick));
}

TEST(DamageOfAResult, LooksThoroughlyAtWhatATableReads) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  const TrialRecord record = random_record(1);
  write_trial(file, record);
  const std::string whole = read_file(file);
  int quickly_found = 0, found = 0;
  for (std::size_t place = 0; place < whole.size(); place += 997) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 0x55);
    put_bytes(file, bytes);
    bool is_readable = true;
    try {
      is_readable = read_trial(file, RecordParts::metrics).id == record.id;
    } catch (const Error&) {
      is_readable = false;
    }
    EXPECT_EQ(damage_of_result(file, record.id, Look::thorough).has_value(), !is_readable) << place;
    found += is_readable ? 0 : 1;
    quickly_found += damage_of_result(file, record.id, Look::quick) ? 1 : 0;
  }
  EXPECT_GT(found, quickly_found);
}

TEST(DamageOfAResult, IsAnotherTrialsResultButNoOtherVersions) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  const TrialRecord record = random_record(2);
  write_trial(file, record);
  for (const Look look : {Look::quick, Look::thorough}) {
    EXPECT_TRUE(damage_of_result(file, "0123456789abcdef", look));
  }
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t attribute = H5Aopen(opened, "schema_version", H5P_DEFAULT);
  const int later = 1000;
  H5Awrite(attribute, H5T_NATIVE_INT, &later);
  H5Aclose(attribute);
  H5Fclose(opened);
  EXPECT_THROW(damage_of_result(file, record.id, Look::quick), OtherSchema);
}

class DamageOfAStage : public ::testing::Test {
 protected:
  DamageOfAStage() {
    put_bytes(folder() / "best.safetensors", "the weights that validated best");
    put_bytes(folder() / "last.safetensors", "the last weights");
    put_bytes(marker(), Json({{"id", "ab"},
                              {"environment", {{"host", "a17"}}},
                              {"best", make_file_facts(folder() / "best.safetensors")},
                              {"last", make_file_facts(folder() / "last.safetensors")}})
                            .dump());
  }

  fs::path folder() const { return folder_.path(); }
  fs::path marker() const { return folder() / "stage.json"; }
  /// The name of the damaged file.
  std::string found(Look look) const {
    const auto damage = damage_of_stage(folder(), look);
    if (!damage) return "";
    EXPECT_EQ(damage->marker, marker());
    return damage->file.filename().string();
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(DamageOfAStage, IsNothingInOneThatIsWholeOrNotThere) {
  EXPECT_EQ(found(Look::quick), "");
  EXPECT_EQ(found(Look::thorough), "");
  fs::remove(marker());
  EXPECT_EQ(found(Look::thorough), "");
}

TEST_F(DamageOfAStage, IsSeenByTheSizeOfAFileAndByItsBytes) {
  put_bytes(folder() / "last.safetensors", "the last weightz");
  EXPECT_EQ(found(Look::quick), "");
  EXPECT_EQ(found(Look::thorough), "last.safetensors");
  put_bytes(folder() / "last.safetensors", "the last");
  EXPECT_EQ(found(Look::quick), "last.safetensors");
  put_bytes(folder() / "last.safetensors", "the last weights");
  fs::remove(folder() / "best.safetensors");
  EXPECT_EQ(found(Look::quick), "best.safetensors");
}

TEST_F(DamageOfAStage, MayBeInWhatNamesTheFiles) {
  const std::string whole = read_file(marker());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    put_bytes(marker(), whole.substr(0, length));
    EXPECT_EQ(found(Look::quick), "stage.json") << length;
  }
  for (const char* other : {"{}", "[]", "null", "{\"best\": {\"file\": 3, \"sha256\": 4}}"}) {
    put_bytes(marker(), other);
    EXPECT_EQ(found(Look::quick), "stage.json") << other;
  }
}

TEST_F(DamageOfAStage, LeadsToNoFileOfAnotherFolder) {
  const TemporaryFolder other;
  put_bytes(other.path() / "outside", "kept");
  const std::string up = "../" + other.path().filename().string() + "/outside";
  for (const std::string& name : {up, (other.path() / "outside").string(), std::string(".."), std::string()}) {
    Json facts = make_file_facts(other.path() / "outside");
    facts["file"] = name;
    put_bytes(marker(), Json({{"best", facts}}).dump());
    EXPECT_EQ(found(Look::thorough), "stage.json") << name;
    facts["bytes"] = 1;
    put_bytes(marker(), Json({{"best", facts}}).dump());
    EXPECT_EQ(found(Look::quick), "stage.json") << name;  // which is renamed; the other file is not
    EXPECT_NE(testing::complaint([&] { checked_file(folder(), facts); }, ExitCode::bad_data), "") << name;
  }
}

TEST_F(DamageOfAStage, IsSeenInFactsOfAnotherType) {
  const Json whole = make_file_facts(folder() / "best.safetensors");
  const auto with = [&](const char* name, const char* value) {
    Json facts = whole;
    facts[name] = Json::parse(value);
    return facts;
  };
  for (const Json& facts : {Json(), Json(3), Json::array(), with("file", "3"), with("bytes", "\"31\""),
                            with("bytes", "1e300"), with("sha256", "null")})
    EXPECT_NE(testing::complaint([&] { checked_file(folder(), facts); }, ExitCode::bad_data), "") << facts;
}

TEST_F(DamageOfAStage, IsAnyFlippedBitOfWhatNamesTheFiles) {
  write_stage_facts(folder(), Json::parse(read_file(marker())));
  EXPECT_EQ(found(Look::thorough), "");
  const std::string whole = read_file(marker());
  const Json facts = read_stage_facts(folder());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    put_bytes(marker(), flipped);
    if (found(Look::quick) == "stage.json") continue;
    Json same = read_stage_facts(folder());  // white space, or the name of the checksum itself
    for (auto value = same.begin(); value != same.end();)
      value = facts.contains(value.key()) ? std::next(value) : same.erase(value);
    same["checksum"] = facts.at("checksum");
    EXPECT_EQ(same, facts) << bit;
  }
}

TEST_F(DamageOfAStage, IsFoundByChecksumsInOneThatAnEarlierVersionMade) {
  Json facts = make_file_facts(folder() / "last.safetensors");
  facts.erase("bytes");
  put_bytes(marker(), Json({{"last", facts}}).dump());
  EXPECT_EQ(found(Look::thorough), "");
  put_bytes(folder() / "last.safetensors", "");
  EXPECT_EQ(found(Look::quick), "");
  EXPECT_EQ(found(Look::thorough), "last.safetensors");
}

}  // namespace
}  // namespace m2m::results

#include "core/foreign_files.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m {
namespace {

TEST(ParsedJson, NestsOnlySoDeepThatItCanBeCopiedAndPrinted) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(parse_json(nested(100)).dump(), nested(100));
  EXPECT_THROW(parse_json(nested(101)), Json::exception);
  EXPECT_THROW(parse_json(std::string(1'000'000, '[')), Json::exception);
  EXPECT_TRUE(try_parse_json(nested(101)).is_discarded());
  EXPECT_TRUE(try_parse_json("{").is_discarded());
}

TEST(WholeNumber, IsNeitherAnotherTypeNorOutOfRange) {
  EXPECT_EQ(whole_number<int>(Json(-7)), -7);
  EXPECT_EQ(whole_number<std::int64_t>(Json(std::uint64_t{1} << 40)), std::int64_t{1} << 40);
  for (const char* text : {"1e300", "0.5", "1.0", "true", "\"1\"", "null", "[1]", "2147483648", "-2147483649"})
    EXPECT_THROW(whole_number<int>(Json::parse(text)), Json::exception) << text;
  EXPECT_THROW(whole_number<std::int64_t>(Json::parse("9223372036854775808")), Json::exception);
}

TEST(JsonFile, ThatIsDamagedIsRefusedInUtf8) {
  const testing::TemporaryFolder folder;
  write_file(folder / "a.json", "{\"reason\": \"" + std::string(10'000, 'x') + "\xff");
  const std::string refusal =
      testing::complaint([&] { read_json_file(folder / "a.json", [](const Json&) {}); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(refusal, {(folder / "a.json").string()}));
  EXPECT_TRUE(is_utf8(refusal));
  EXPECT_LT(refusal.size(), 1000U);
}

TEST(FileName, LeadsToNoOtherFolder) {
  for (const char* name : {"a", "state.safetensors", "0123456789abcdef", "..a"})
    EXPECT_TRUE(is_file_name(name)) << name;
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("/a"),
                                  std::string("a/b"), std::string("a\0b", 3), std::string(201, 'a')})
    EXPECT_FALSE(is_file_name(name)) << name;
}

}  // namespace
}  // namespace m2m

#include "checkpoints/safetensors.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "core/error.hpp"
#include "core/files.hpp"
#include "support/killed_writer.hpp"
#include "support/refusals.hpp"

namespace m2m::checkpoints {
namespace {

namespace fs = std::filesystem;
using testing::refusal;

fs::path scratch(const std::string& name) {
  const fs::path folder = fs::path(::testing::TempDir()) / ("m2m-safetensors-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  return folder / name;
}

std::string with_length(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

void read(const std::string& bytes) { parse_safetensors(bytes, "sample"); }

std::string reason(const std::string& header, const std::string& data = "") {
  return refusal(read, with_length(header, data));
}

TensorFile every_type() {
  TensorFile file;
  const torch::Tensor numbers = torch::arange(6, torch::kFloat64).view({2, 3});
  for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kBFloat16, torch::kFloat16, torch::kInt64,
                          torch::kInt32, torch::kUInt8, torch::kBool}) {
    file.tensors[std::string("of type ") + toString(type)] = numbers.to(type);
  }
  file.tensors["scalar"] = torch::tensor(3.5);
  file.tensors["empty"] = torch::empty({0, 4});
  file.tensors["transposed"] = numbers.t();
  file.metadata = {{"epoch", "159"}, {"about", "\"quoted\" text, \xc3\xa4"}};
  return file;
}

std::string bytes_of(const TensorFile& file) {
  const fs::path path = scratch("bytes.safetensors");
  write_safetensors(path, file);
  return read_file(path);
}

TEST(Safetensors, ReadsBackWhatItWrote) {
  const TensorFile file = every_type();
  const TensorFile back = parse_safetensors(bytes_of(file), "sample");
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    EXPECT_EQ(back.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(back.tensors.at(name).equal(tensor)) << name;
  }
}

TEST(Safetensors, LaysEveryTensorAtAMultipleOfItsElementSize) {
  const std::string bytes = bytes_of(every_type());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_NE(bytes.find("\"of type Double\":{\"data_offsets\":[0,48]"), std::string::npos);
  EXPECT_LT(bytes.find("of type Byte"), length);
}

TEST(Safetensors, WritesEqualContentAsEqualBytes) { EXPECT_EQ(bytes_of(every_type()), bytes_of(every_type())); }

TEST(Safetensors, ReadsAFileWithoutTensors) {
  EXPECT_TRUE(parse_safetensors(with_length("{}"), "x").tensors.empty());
}

TEST(Safetensors, RefusesEveryTruncation) { testing::expect_truncations_refused(read, bytes_of(every_type()), 1); }

TEST(Safetensors, SurvivesRandomDamage) {
  const std::string bytes = bytes_of(every_type());
  testing::expect_flips_survived(read, bytes, bytes.size(), 20000);
}

TEST(Safetensors, RefusesBytesThatFollowTheData) {
  EXPECT_NE(refusal(read, bytes_of(every_type()) + "x").find("bytes of data"), std::string::npos);
}

TEST(Safetensors, RefusesAHeaderLongerThanTheFile) {
  const std::string huge(8, '\xff');
  EXPECT_TRUE(testing::says(refusal(read, huge + "{}"), {"18446744073709551615", "10"}));
}

TEST(Safetensors, RefusesOverlapsGapsAndTensorsOutOfRange) {
  const auto tensor = [](const std::string& name, const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[" + offsets + "]}";
  };
  const std::string data(8, 'x');
  EXPECT_EQ(reason("{" + tensor("a", "0,4") + "," + tensor("b", "4,8") + "}", data), "");
  EXPECT_NE(reason("{" + tensor("a", "0,4") + "," + tensor("b", "2,6") + "}", data).find("overlap"),
            std::string::npos);
  EXPECT_NE(reason("{" + tensor("a", "0,4") + "," + tensor("b", "0,4") + "}", data).find("overlap"),
            std::string::npos);
  EXPECT_NE(reason("{" + tensor("a", "4,8") + "}", data).find("gap"), std::string::npos);
  EXPECT_NE(reason("{" + tensor("a", "0,4") + "}", data).find("8 bytes of data"), std::string::npos);
  EXPECT_NE(reason("{" + tensor("a", "8,12") + "}", data).find("8 bytes of data"), std::string::npos);
  EXPECT_TRUE(testing::says(reason("{" + tensor("a", "4,0") + "}", data), {"'a'", "4 to 0", "8"}));
  EXPECT_NE(reason("{" + tensor("a", "0,8") + "}", data).find("has 8 bytes"), std::string::npos);
}

TEST(Safetensors, RefusesNamesThatOccurTwice) {
  const std::string one = R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_NE(reason("{" + one + "," + one + "}").find("names 'a' twice"), std::string::npos);
  EXPECT_NE(reason(R"({"a":{"dtype":"U8","shape":[9],"shape":[0],"data_offsets":[0,0]}})").find("'shape' twice"),
            std::string::npos);
}

TEST(Safetensors, RefusesDeepNesting) {
  EXPECT_NE(reason("{\"a\":" + std::string(1000000, '[')).find("nests too deep"), std::string::npos);
  EXPECT_NE(reason(R"({"__metadata__":{"a":{"b":{}}}})").find("nests too deep"), std::string::npos);
}

TEST(Safetensors, RefusesShapesThatOverflow) {
  const auto of_shape = [](const std::string& shape) {
    return reason(R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,0]}})");
  };
  EXPECT_EQ(of_shape("[0,5]"), "");
  for (const char* shape : {"[4294967296,4294967296]", "[0,4611686018427387904,4611686018427387904]", "[-1]",
                            "[1.5]", "[9223372036854775808]", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0]", "{}", "7"}) {
    EXPECT_NE(of_shape(shape), "") << shape;
  }
}

TEST(Safetensors, RefusesHeadersThatSaySomethingElse) {
  for (const char* header :
       {"[]", "{", "{\"a\":1}", "{\"a\":{}}", "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":[]}",
        R"({"a":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]}})",
        R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":1}})"}) {
    EXPECT_NE(reason(header), "") << header;
  }
}

TEST(Safetensors, RefusesABoolThatIsNeitherZeroNorOne) {
  const std::string header = R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})";
  EXPECT_EQ(reason(header, std::string("\0\1", 2)), "");
  EXPECT_NE(reason(header, "\2\1").find("neither 0 nor 1"), std::string::npos);
}

TEST(Safetensors, WillNotWriteATypeTheFormatLacks) {
  EXPECT_THROW(write_safetensors(scratch("x"), {{{"a", torch::zeros({1}, torch::kComplexFloat)}}, {}}), Error);
}

TEST(Safetensors, LeavesTheOldFileOrTheNewOneWhenKilled) {
  const fs::path path = scratch("killed.safetensors");
  const TensorFile small{{{"a", torch::zeros({4})}}, {}};
  const TensorFile large{{{"a", torch::ones({1 << 20})}}, {}};
  for (std::uintmax_t round = 0; round < 20; ++round) {
    write_safetensors(path, small);
    ASSERT_TRUE(testing::kill_while_writing(path, round * 200'000, [&] { write_safetensors(path, large); }));
    const std::int64_t size = read_safetensors(path).tensors.at("a").numel();
    EXPECT_TRUE(size == 4 || size == 1 << 20) << size;
  }
}

}  // namespace
}  // namespace m2m::checkpoints

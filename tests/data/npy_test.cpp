#include <random>

#include "data/array_samples.hpp"
#include "support/made_arrays.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

using testing::npy_with_header;

std::string refusal(const std::string& file) {
  return testing::complaint([&] { parse_npy(file, "x"); }, ExitCode::bad_data);
}

TEST(Npy, GivesTypeShapeAndBytes) {
  for (const int version : {1, 2}) {
    const std::string file = testing::make_npy<float>("<f4", "(2, 3)", {0, 1, 2, 3, 4, 5}, version);
    const NpyArray array = parse_npy(file, "x");
    EXPECT_EQ(array.type, "f4");
    EXPECT_EQ(array.shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(array.bytes, testing::bytes_of<float>({0, 1, 2, 3, 4, 5}));
  }
}

TEST(Npy, TakesOneAndNoDimensionAndEmptyArrays) {
  EXPECT_EQ(parse_npy(testing::make_npy<std::int64_t>("<i8", "(2,)", {7, 8}), "x").shape,
            std::vector<std::int64_t>{2});
  EXPECT_TRUE(parse_npy(testing::make_npy<std::int64_t>("<i8", "()", {7}), "x").shape.empty());
  EXPECT_TRUE(parse_npy(testing::make_npy<std::int64_t>("<i8", "(5, 0)", {}), "x").bytes.empty());
}

TEST(Npy, TakesTheHeadersKeysInAnyOrderAndWithoutSpaces) {
  const std::string file = npy_with_header(R"({"shape":(1,),"fortran_order":False,"descr":"|u1"})", "a");
  EXPECT_EQ(parse_npy(file, "x").type, "u1");
}

TEST(Npy, RefusesWhatIsNotPlainNumbersInOrder) {
  const auto described = [](const char* descr, const char* order = "False") {
    return npy_with_header(fmt::format("{{'descr': {}, 'fortran_order': {}, 'shape': (1,), }}", descr, order),
                           "12345678");
  };
  EXPECT_EQ(refusal(described("'<f8'")), "");
  for (const char* descr : {"'>f8'", "'|O'", "'<U2'", "'<c8'", "'|b1'", "'<f2'", "[('a', '<f8')]", "8"})
    EXPECT_NE(refusal(described(descr)), "") << descr;
  EXPECT_NE(refusal(described("'<f8'", "True")).find("column order"), std::string::npos);
  EXPECT_NE(refusal(described("'<f8'", "Perhaps")), "");
}

TEST(Npy, RefusesAHeaderThatIsNotOne) {
  for (const char* dictionary :
       {"", "{", "{}", "{'descr': '<f8'}", "{'descr': '|u1', 'fortran_order': False, 'shape': (1, }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} more"})
    EXPECT_NE(refusal(npy_with_header(dictionary, "a")), "") << dictionary;
}

TEST(Npy, RefusesALengthThatIsNotTheShapes) {
  const std::string file = testing::make_npy<float>("<f4", "(2, 3)", {0, 1, 2, 3, 4, 5});
  for (std::size_t size = 0; size < file.size(); ++size) ASSERT_NE(refusal(file.substr(0, size)), "") << size;
  EXPECT_TRUE(testing::says(refusal(file + "x"), {"x", "25 bytes", "(2, 3)", "4"}));
}

TEST(Npy, RefusesShapesBeyondAnyMemory) {
  for (const char* shape : {"(9223372036854775807,)", "(4294967296, 4294967296)", "(99999999999999999999,)",
                            "(1099511627776, 1099511627776, 0)", "(0, 9223372036854775807)"})
    EXPECT_NE(refusal(testing::make_npy<float>("<f4", shape, {})), "") << shape;
}

TEST(Npy, DamagedAtRandomIsReadOrRefused) {
  std::mt19937 random(3);
  const std::string whole = testing::make_npy<std::int32_t>("<i4", "(4, 2)", {1, 2, 3, 4, 5, 6, 7, 8});
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = whole.substr(0, random() % 8 == 0 ? random() % whole.size() : whole.size());
    for (unsigned flips = 1 + random() % 3; flips > 0 && !damaged.empty(); --flips)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    refusal(damaged);
  }
}

}  // namespace
}  // namespace m2m::data

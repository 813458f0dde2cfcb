#include "core/philox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"

namespace m2m {
namespace {

constexpr Key some_key{20200616, SeedRole::plan};

std::vector<Purpose> all_purposes() {
  std::vector<Purpose> purposes;
  for (int value = static_cast<int>(Purpose::subset); value <= static_cast<int>(Purpose::noise); ++value) {
    purposes.push_back(static_cast<Purpose>(value));
  }
  return purposes;
}

std::vector<std::uint32_t> words(Stream stream, int count) {
  std::vector<std::uint32_t> drawn;
  for (int i = 0; i < count; ++i) drawn.push_back(stream.word());
  return drawn;
}

TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32_10({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Stream, ReadsTheBlocksOfItsCounter) {
  const std::array<std::uint32_t, 2> key{some_key.seed, static_cast<std::uint32_t>(some_key.role)};
  const std::uint32_t purpose = static_cast<std::uint32_t>(Purpose::coin) << 24;
  const PhiloxBlock first = philox4x32_10({purpose, 7, 8, 9}, key);
  const PhiloxBlock second = philox4x32_10({purpose + 1, 7, 8, 9}, key);
  const std::vector<std::uint32_t> drawn = words(Stream(some_key, Purpose::coin, 7, 8, 9), 8);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), drawn.begin()));
  EXPECT_TRUE(std::equal(second.begin(), second.end(), drawn.begin() + 4));
}

TEST(Stream, IsTheSameEachTime) {
  EXPECT_EQ(words(Stream(some_key, Purpose::noise, 1, 2, 3), 100),
            words(Stream(some_key, Purpose::noise, 1, 2, 3), 100));
}

TEST(Stream, DiffersWithEveryPartOfItsCounterAndKey) {
  const std::vector<Stream> streams{
      {some_key, Purpose::noise, 1, 2, 3},
      {some_key, Purpose::noise, 2, 2, 3},
      {some_key, Purpose::noise, 1, 3, 3},
      {some_key, Purpose::noise, 1, 2, 4},
      {some_key, Purpose::coin, 1, 2, 3},
      {{some_key.seed + 1, some_key.role}, Purpose::noise, 1, 2, 3},
      {{some_key.seed, SeedRole::order}, Purpose::noise, 1, 2, 3},
  };
  std::set<std::vector<std::uint32_t>> different;
  for (const Stream& stream : streams) different.insert(words(stream, 4));
  EXPECT_EQ(different.size(), streams.size());
}

TEST(Purposes, ShareNoCounter) {
  std::set<std::uint32_t> values;
  for (const Purpose purpose : all_purposes()) values.insert(static_cast<std::uint32_t>(purpose));
  EXPECT_EQ(values.size(), 11U);

  // The purpose fills the counter's first eight bits, and a stream ends before its block number reaches them.
  std::set<std::vector<std::uint32_t>> drawn;
  for (const Purpose purpose : all_purposes()) drawn.insert(words(Stream(some_key, purpose), 4));
  EXPECT_EQ(drawn.size(), values.size());
}

TEST(Purposes, AreKeptApartByAnEndOfEveryStream) {
  Stream stream(some_key, Purpose::noise);
  const auto draw_all = [&] {
    for (std::int64_t i = 0; i <= std::int64_t{1} << 26; ++i) stream.word();
  };
  EXPECT_THROW(draw_all(), Error);
}

TEST(Uniform, HasTheMomentsOfItsDistribution) {
  Stream stream(some_key, Purpose::coin);
  constexpr int n = 200'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / n, .5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
}

TEST(CoarseUniform, StaysBelowOne) {
  Stream stream(some_key, Purpose::noise);
  double sum = 0;
  constexpr int n = 200'000;
  for (int i = 0; i < n; ++i) {
    const double u = stream.coarse_uniform();
    ASSERT_LT(u, 1);
    sum += u;
  }
  EXPECT_NEAR(sum / n, .5, 5 * std::sqrt(1.0 / 12 / n));
}

TEST(CoarseUniform, DrawnManyAtATimeIsWhatIsDrawnOneByOne) {
  for (const int before : {0, 1, 2, 3, 4}) {
    for (const std::size_t count : {0, 1, 2, 5, 8, 1027}) {
      Stream one(some_key, Purpose::noise, 1), many(some_key, Purpose::noise, 1);
      for (int i = 0; i < before; ++i) ASSERT_EQ(one.word(), many.word());
      std::vector<double> drawn(count);
      many.coarse_uniforms(drawn.data(), count);
      for (const double value : drawn) ASSERT_EQ(value, one.coarse_uniform());
      ASSERT_EQ(many.word(), one.word()) << "it goes on where it was left";
    }
  }
}

TEST(CoarseUniform, EndsWithAnErrorBeforeItReachesTheNumbersOfAnotherPurpose) {
  constexpr int limit = 1 << 26, at_a_time = 1 << 20;
  Stream stream(some_key, Purpose::noise);
  std::vector<double> drawn(at_a_time);
  for (int i = 0; i + 1 < limit / at_a_time; ++i) stream.coarse_uniforms(drawn.data(), drawn.size());
  EXPECT_THROW(stream.coarse_uniforms(drawn.data(), drawn.size()), Error);
  drawn.resize(at_a_time - 4);  // all blocks but the last one
  EXPECT_NO_THROW(stream.coarse_uniforms(drawn.data(), drawn.size()));
  EXPECT_THROW(stream.word(), Error);
}

TEST(Normal, HasTheMomentsOfItsDistribution) {
  Stream stream(some_key, Purpose::initial);
  constexpr int n = 200'000;
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < n; ++i) {
    const double z = stream.normal();
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0 / n));
}

TEST(Below, ReachesEveryNumberEquallyOften) {
  Stream stream(some_key, Purpose::sample_class);
  constexpr int n = 7, draws = 70'000;
  std::array<int, n> counts{};
  for (int i = 0; i < draws; ++i) ++counts.at(static_cast<std::size_t>(stream.below(n)));
  const double expected = 1.0 * draws / n;
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - expected, 2) / expected;
  EXPECT_LT(chi_square, 22.5);  // 6 degrees of freedom: passed by one seed in a thousand
}

TEST(Below, OneLeavesNoChoice) {
  Stream stream(some_key, Purpose::crop);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.below(1), 0);
}

TEST(Permutation, UsesEachNumberOnce) {
  for (const std::int64_t n : {0, 1, 2, 17, 1000}) {
    std::vector<std::int32_t> order = permutation(n, Stream(some_key, Purpose::order));
    std::sort(order.begin(), order.end());
    for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(order[i], i);
    ASSERT_EQ(static_cast<std::int64_t>(order.size()), n);
  }
}

TEST(Permutation, PutsEveryNumberEverywhereEquallyOften) {
  constexpr int n = 5, draws = 20'000;
  std::array<std::array<int, n>, n> counts{};
  for (std::uint32_t epoch = 0; epoch < draws; ++epoch) {
    const auto order = permutation(n, Stream(some_key, Purpose::order, epoch));
    for (int i = 0; i < n; ++i) ++counts[i][order[i]];
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count, draws * .2, 5 * std::sqrt(draws * .2 * .8));
  }
}

}  // namespace
}  // namespace m2m

#include "data/word_vectors.hpp"

#include <algorithm>

#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

/// Which of spelling_features's facts hold, by number; the length left out.
std::vector<int> facts_of(const std::string& word) {
  const auto spelling = spelling_features(word);
  std::vector<int> facts;
  for (int fact = 0; fact + 1 < static_cast<int>(spelling.size()); ++fact) {
    if (spelling[fact] == 1) facts.push_back(fact);
  }
  return facts;
}

TEST(Spelling, KnowsWhatTweetsAreMadeOf) {
  using Facts = std::vector<int>;
  EXPECT_EQ(facts_of("home"), Facts{});
  EXPECT_EQ(facts_of("Home"), Facts{0});
  EXPECT_EQ(facts_of("<@MENTION>"), Facts{1});
  EXPECT_EQ(facts_of("#js"), (Facts{2, 13}));
  EXPECT_EQ(facts_of("<URL-t.co>"), Facts{3});
  EXPECT_EQ(facts_of("http://t.co/"), Facts{3});
  EXPECT_EQ(facts_of("4ever"), (Facts{4, 15}));
  EXPECT_EQ(facts_of("10:30"), (Facts{4, 5}));
  EXPECT_EQ(facts_of("..."), Facts{6});
  EXPECT_EQ(facts_of("\xC3\xA9t\xC3\xA9"), Facts{7});
  EXPECT_EQ(facts_of("mom's"), (Facts{8, 13, 14}));
  EXPECT_EQ(facts_of("heelllo"), Facts{9});
  EXPECT_EQ(facts_of("going"), Facts{10});
  EXPECT_EQ(facts_of("walked"), Facts{11});
  EXPECT_EQ(facts_of("sadly"), Facts{12});
  EXPECT_EQ(facts_of("action"), Facts{16});
  EXPECT_EQ(spelling_features("four").back(), .25F);
  EXPECT_EQ(spelling_features(std::string(40, 'a')).back(), 1);
}

TEST(BrownClusters, BecomeSignsThatFadeAndAPrefix) {
  const TextFile file{"b.tsv", "01101\tword\n"};
  const WordVector vector = read_brown_clusters(file)("word");
  WordVector expected{};
  expected[0] = -1;
  expected[1] = .9F;
  expected[2] = .9F * .9F;
  expected[3] = -.9F * .9F * .9F;
  expected[4] = .9F * .9F * .9F * .9F;
  expected[16 + 6] = 1;
  const auto spelling = spelling_features("word");
  std::copy(spelling.begin(), spelling.end(), expected.begin() + 32);
  for (std::size_t i = 0; i < vector.size(); ++i) EXPECT_FLOAT_EQ(vector[i], expected[i]) << i;
}

TEST(BrownClusters, KnowAWordByItsLowerCaseAndAnUnknownOneByItsSpelling) {
  const TextFile file{"b.tsv", "01101\tword\n11111111111111111\tlong\n"};
  const WordVectors vector_of = read_brown_clusters(file);
  EXPECT_EQ(vector_of("WORD")[0], -1);
  EXPECT_EQ(vector_of("WORD")[32], 1);  // and is still written with a capital
  const WordVector unknown = vector_of("unknown");
  EXPECT_TRUE(std::all_of(unknown.begin(), unknown.begin() + 32, [](float value) { return value == 0; }));
  EXPECT_NE(unknown.back(), 0);
  EXPECT_EQ(vector_of("long")[16 + 15], 1);
}

TEST(LowerCase, LeavesOtherAlphabetsAlone) { EXPECT_EQ(lower_case("ABz\xC3\x89"), "abz\xC3\x89"); }

}  // namespace
}  // namespace m2m::data

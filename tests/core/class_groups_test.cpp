#include "core/class_groups.hpp"

#include <gtest/gtest.h>

#include <map>

namespace m2m {
namespace {

/// The labels of each group's classes.
std::map<std::string, std::vector<int>> labels_of(const ClassCounts& counts) {
  std::map<std::string, std::vector<int>> labels;
  for (const ClassGroup& group : class_groups(counts)) {
    std::vector<int>& of_group = labels[group.name];
    EXPECT_EQ(group.classes.size(), counts.size());
    for (int label = 0; label < static_cast<int>(counts.size()); ++label) {
      if (group.classes[label]) of_group.push_back(label);
    }
  }
  return labels;
}

using Labels = std::vector<int>;

TEST(ClassGroups, AreThirdsByRankWithTheRestInTheMiddle) {
  // From the most frequent to the rarest: 4, 1, 0, 3, 2, the tie of 0 and 3 by label.
  auto labels = labels_of({30, 40, 10, 30, 50});
  EXPECT_EQ(labels["first_third"], Labels{4});
  EXPECT_EQ(labels["middle_third"], (Labels{0, 1, 3}));
  EXPECT_EQ(labels["last_third"], Labels{2});
  labels = labels_of({9, 8, 7, 6, 5, 4});
  EXPECT_EQ(labels["first_third"], (Labels{0, 1}));
  EXPECT_EQ(labels["middle_third"], (Labels{2, 3}));
  EXPECT_EQ(labels["last_third"], (Labels{4, 5}));
}

TEST(ClassGroups, OfTenClassesAreThreeFourThree) {
  auto labels = labels_of(long_tail_counts(5000, 100, 10));
  EXPECT_EQ(labels["first_third"], (Labels{0, 1, 2}));
  EXPECT_EQ(labels["middle_third"], (Labels{3, 4, 5, 6}));
  EXPECT_EQ(labels["last_third"], (Labels{7, 8, 9}));
}

TEST(ClassGroups, CountShotsAsTheFieldDoes) {
  auto labels = labels_of({101, 100, 20, 19, 1, 5000});
  EXPECT_EQ(labels["many"], (Labels{0, 5}));
  EXPECT_EQ(labels["medium"], (Labels{1, 2}));
  EXPECT_EQ(labels["few"], (Labels{3, 4}));
}

TEST(ClassGroups, AreMajorityAndTheOthers) {
  auto labels = labels_of({1, 1, 9});
  EXPECT_EQ(labels["majority"], Labels{2});
  EXPECT_EQ(labels["minority"], (Labels{0, 1}));
}

TEST(ClassGroups, MayBeEmpty) {
  auto labels = labels_of({500, 400});
  for (const char* name : {"first_third", "last_third", "medium", "few"}) EXPECT_EQ(labels[name], Labels{}) << name;
  EXPECT_EQ(labels["middle_third"], (Labels{0, 1}));
}

}  // namespace
}  // namespace m2m

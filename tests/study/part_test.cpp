#include "study/part.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "core/error.hpp"
#include "support/fake_training.hpp"

namespace m2m::study {
namespace {

const char* study = "[grid]\nmethod = ['ERM', 'M2m']\nm2m.lambda = [0.1, 0.5]\nseed = [0, 1, 2, 3, 4, 5]\n";

std::multiset<std::string> ids(const StageGraph& graph) {
  std::multiset<std::string> found;
  for (const Stage& stage : graph.stages) found.insert(stage.id);
  return found;
}

double cost(const StageGraph& graph) {
  return std::accumulate(graph.stages.begin(), graph.stages.end(), 0.0,
                         [](double sum, const Stage& stage) { return sum + stage.cost; });
}

TEST(StudyPart, IsReadAndRefused) {
  EXPECT_EQ(parse_part("2/4").number, 2);
  EXPECT_EQ(parse_part("2/4").of, 4);
  for (const char* wrong : {"", "2", "0/4", "5/4", "1/0", "-1/4", "half", "1/4/2"}) {
    EXPECT_THROW(parse_part(wrong), Error) << wrong;
  }
  EXPECT_EQ(part_folder("results/a", {2, 4}), "results/a.2-of-4");
}

TEST(StudyPart, TheSharesMakeUpTheStudyAndEachHoldsWhatItNeeds) {
  const StageGraph whole = testing::graph_from(study);
  for (const int of : {1, 2, 4, 40}) {
    std::multiset<std::string> together;
    for (int number = 1; number <= of; ++number) {
      const StageGraph part = select_part(whole, {number, of});
      for (const std::string& id : ids(part)) together.insert(id);
      for (int i = 0; i < part.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        ASSERT_EQ(part.needs[at].size(), part.stages[at].needs.size());
        for (std::size_t n = 0; n < part.needs[at].size(); ++n) {
          ASSERT_LT(part.needs[at][n], i);
          EXPECT_EQ(part.stages[static_cast<std::size_t>(part.needs[at][n])].id, part.stages[at].needs[n].id);
        }
      }
    }
    EXPECT_EQ(together, ids(whole)) << of;  // every stage once: no g is trained twice
  }
}

TEST(StudyPart, SharesCostAboutTheSame) {
  const StageGraph whole = testing::graph_from(study);
  const double fair = cost(whole) / 3;
  for (const int number : {1, 2, 3}) EXPECT_NEAR(cost(select_part(whole, {number, 3})), fair, 0.2 * fair);
}

}  // namespace
}  // namespace m2m::study

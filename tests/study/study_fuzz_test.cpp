// Whatever bytes a study file holds: it is read, or refused with a sentence.
#include <gtest/gtest.h>

#include <random>

#include "core/error.hpp"
#include "study/plan.hpp"
#include "support/fake_training.hpp"

namespace m2m::study {
namespace {

const std::string seed_text = R"(# a study
name = "fuzz"
method = "M2m"
data = { set = "cifar10", ratio = 1e2 }
[train]
epochs = 0x14
lr_drops = [ 16.0, 18 ] # drops
nesterov = true
[grid]
seed = [0, 1, 2]
m2m.lambda = [0.1, 0.5]
[[point]]
label = "M2m, \u03bb=0"
m2m.lambda = 0
[[point]]
method = 'DRS'
"train.epochs" = 1_0
)";

void read_or_refuse(const std::string& text) {
  try {
    const Study study = testing::study_from(text);
    if (count_points(study) <= 1000)
      plan_study(study, testing::fake_settings(), testing::fake_resolve, testing::fake_plan);
  } catch (const Error& error) {
    ASSERT_EQ(error.code(), ExitCode::usage) << error.what() << "\n" << text;
    ASSERT_FALSE(std::string(error.what()).empty());
  }
}

TEST(StudyFuzz, ReadsTheTextItStartsFrom) { EXPECT_NO_THROW(testing::graph_from(seed_text)); }

TEST(StudyFuzz, SurvivesTruncationAtEveryByte) {
  for (std::size_t end = 0; end <= seed_text.size(); ++end) read_or_refuse(seed_text.substr(0, end));
}

TEST(StudyFuzz, SurvivesEveryByteReplacedByTelling) {
  for (std::size_t i = 0; i < seed_text.size(); ++i) {
    for (const char c : {'\0', '\n', '"', '\'', '[', ']', '{', '}', '=', '.', ',', '#', '\xff', '9', '-'}) {
      std::string text = seed_text;
      text[i] = c;
      read_or_refuse(text);
    }
  }
}

TEST(StudyFuzz, SurvivesRandomEdits) {
  std::mt19937 random(20260101);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  for (int round = 0; round < 3000; ++round) {
    std::string text = seed_text;
    for (std::size_t edits = 1 + below(8); edits > 0; --edits) {
      const std::size_t at = below(text.size());
      const std::size_t length = std::min(below(12) + 1, text.size() - at);
      switch (below(3)) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, text.substr(below(text.size()), length));
          break;
        default:
          text[at] = static_cast<char>(below(256));
      }
      if (text.empty()) text.push_back(seed_text[0]);
    }
    read_or_refuse(text);
  }
}

TEST(StudyFuzz, SurvivesRandomOverrides) {
  std::mt19937 random(7);
  const std::string letters = "seedtrain.m2lambh=,0159-e\xff \"";
  for (int round = 0; round < 3000; ++round) {
    std::string text = round % 2 == 0 ? "seed=" : "m2m.lambda=";
    for (int i = 0; i < 8; ++i) text += letters[random() % letters.size()];
    Study study = testing::study_from(seed_text);
    try {
      apply_override(study, text, testing::fake_settings());
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::usage) << text;
    }
  }
}

}  // namespace
}  // namespace m2m::study

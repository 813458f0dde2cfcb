#include "core/instruction_set.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {

/// Sets M2M_INSTRUCTION_SET for a scope and restores it at the end.
class Limit {
 public:
  explicit Limit(const char* value) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Limit() { before_ ? set(before_->c_str()) : (void)::unsetenv(name); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  static constexpr const char* name = "M2M_INSTRUCTION_SET";
  static void set(const char* value) { ::setenv(name, value, 1); }
  std::optional<std::string> before_;
};

TEST(InstructionSet, OfEveryNameIsFoundOrRefusedInOneSentence) {
  for (const std::string& name : instruction_set_names()) {
    try {
      EXPECT_EQ(to_text(parse_instruction_set(name)), name);
    } catch (const std::exception& refusal) {
      EXPECT_NE(std::string(refusal.what()).find("train.kernels = '" + name + "'"), std::string::npos);
    }
  }
  EXPECT_EQ(parse_instruction_set("auto"), best_instruction_set());
}

TEST(InstructionSet, OfTheUsableOnesBeginsWithThePlainOne) {
  EXPECT_EQ(supported_instruction_sets().front(), InstructionSet::plain);
  EXPECT_EQ(supported_instruction_sets().back(), best_instruction_set());
}

TEST(InstructionSetLimit, CapsWhatTheProcessUses) {
  for (const std::string& name : instruction_set_names()) {
    const Limit limit(name.c_str());
    EXPECT_EQ(to_text(instruction_set_limit()), name);
    EXPECT_EQ(best_instruction_set(), std::min(instruction_set_limit(), processor_instruction_set())) << name;
    EXPECT_EQ(supported_instruction_sets().back(), best_instruction_set()) << name;
    EXPECT_EQ(parse_instruction_set("auto"), best_instruction_set()) << name;
  }
}

TEST(InstructionSetLimit, IsNoneByDefault) {
  const Limit limit("");
  EXPECT_EQ(best_instruction_set(), processor_instruction_set());
}

TEST(InstructionSetLimit, RefusesAFasterSetThatASettingNames) {
  const Limit limit("plain");
  EXPECT_EQ(parse_instruction_set("plain"), InstructionSet::plain);
  EXPECT_TRUE(testing::says(testing::complaint([] { parse_instruction_set("avx2"); }, ExitCode::usage),
                            {"train.kernels = 'avx2'"}));
}

TEST(InstructionSetLimit, RefusesAWordThatNamesNoSet) {
  for (const char* word : {"avx3", "AVX2", "auto", "torch", "avx2 ", "0"}) {
    const Limit limit(word);
    testing::Parts parts = instruction_set_names();
    parts.push_back("M2M_INSTRUCTION_SET='" + std::string(word) + "'");
    EXPECT_TRUE(testing::says(testing::complaint([] { best_instruction_set(); }, ExitCode::usage), parts));
  }
}

}  // namespace
}  // namespace m2m

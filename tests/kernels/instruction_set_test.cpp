#include "kernels/instruction_set.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace m2m::kernels {
namespace {

TEST(InstructionSet, OfEveryNameIsFoundOrRefusedInOneSentence) {
  for (const std::string& name : instruction_set_names()) {
    try {
      EXPECT_EQ(name_of(find_instruction_set(name)), name);
    } catch (const std::exception& refusal) {
      EXPECT_NE(std::string(refusal.what()).find("train.kernels = '" + name + "'"), std::string::npos);
    }
  }
  EXPECT_EQ(find_instruction_set("auto"), best_instruction_set());
}

TEST(InstructionSet, OfTheUsableOnesBeginsWithThePlainOne) {
  EXPECT_EQ(usable_instruction_sets().front(), InstructionSet::plain);
  EXPECT_EQ(usable_instruction_sets().back(), best_instruction_set());
}

}  // namespace
}  // namespace m2m::kernels

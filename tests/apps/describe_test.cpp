#include "apps/describe.hpp"

#include <gtest/gtest.h>

#include "settings/setting.hpp"
#include "support/fake_training.hpp"

namespace m2m::apps {
namespace {

Training training() {
  Training made;
  made.settings = testing::fake_fields();
  made.method_names = {"ERM", "M2m"};
  made.describe_method = [](const std::string& name) { return name + ": a method\n"; };
  return made;
}

TEST(Describe, NamesEverySettingAndMethod) {
  const std::string text = describe(training(), "");
  for (const settings::Setting& field : testing::fake_fields()) {
    EXPECT_NE(text.find("\n" + field.name + " "), std::string::npos) << field.name;
    EXPECT_NE(text.find(field.help), std::string::npos) << field.name;
  }
  EXPECT_NE(text.find("methods: ERM, M2m"), std::string::npos);
}

TEST(Describe, SaysAllAboutASetting) {
  EXPECT_EQ(describe(training(), "train.epochs"),
            "train.epochs: How long.\n  type: integer\n  default: 10\n  unit: epochs\n  bounds: from 1 to 1000\n"
            "  part of a trial's id where it acts\n");
  EXPECT_NE(describe(training(), "method").find("one of: ERM, RS, DRS, M2m"), std::string::npos);
  EXPECT_NE(describe(training(), "train.threads").find("not part of a trial's id"), std::string::npos);
  EXPECT_NE(describe(training(), "train.defer_until").find("follows from other settings"), std::string::npos);
}

TEST(Describe, SaysWhatAMethodIs) { EXPECT_EQ(describe(training(), "M2m"), "M2m: a method\n"); }

TEST(Describe, NamesTheNearestWhereThereIsNone) {
  for (const auto& [asked, nearest] :
       {std::pair{"train.epoch", "train.epochs"}, std::pair{"M2M", "M2m"}, std::pair{"m2m", "M2m"},
        std::pair{"epochs", "train.epochs"}, std::pair{"seeds", "seeds.init"}}) {
    try {
      describe(training(), asked);
      FAIL() << asked;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_NE(std::string(error.what()).find(std::string("did you mean '") + nearest + "'?"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace m2m::apps

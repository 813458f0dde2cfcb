// Numbers that others published, and the trials that they may stand beside.
#include "report/published.hpp"

#include <gtest/gtest.h>

#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

using testing::sample_config;

TEST(Published, StandsBesideExactlyTheSameSetting) {
  const Config config = sample_config("M2m", 0);
  EXPECT_EQ(published_numbers(config, "M2m").paper.bacc, "78.3");
  EXPECT_EQ(published_numbers(config, "M2m").rerun.gm, "77.63");
  EXPECT_EQ(published_numbers(config, "M2m, lambda=0").rerun.bacc, "");
  const std::vector<std::pair<std::string, Json>> other = {{"train.epochs", 40},
                                                           {"train.network", "small-resnet"},
                                                           {"train.start_from", "f.safetensors"},
                                                           {"data.ratio", 50.0},
                                                           {"data.set", "digits"},
                                                           {"data.imbalance", "step"},
                                                           {"data.subset", "random"},
                                                           {"data.validation", "none"},
                                                           {"data.largest", 500},
                                                           {"data.rounding", "truncated"},
                                                           {"train.width", 64},
                                                           {"train.schedule", "cosine"},
                                                           {"train.nesterov", true},
                                                           {"train.clip_norm", 1.0},
                                                           {"train.sharpness", "sam"},
                                                           {"train.label_smoothing", 0.1},
                                                           {"augment.policy", "autoaugment"},
                                                           {"augment.cutout", 16},
                                                           {"augment.erasing", 0.5},
                                                           {"method", "ERM"}};
  for (const auto& [field, value] : other) {
    Config changed = config;
    changed.set(field, value);
    EXPECT_EQ(published_numbers(changed, "M2m").rerun.bacc, "") << field;
  }
}

TEST(Published, StandsBesideATrialThatHasLaterSettingsAtTheirDefaults) {
  Config config = sample_config("M2m", 0);
  config.set("train.width", 16);
  config.set("train.schedule", "steps");
  config.set("train.clip_norm", 0.0);
  config.set("train.nesterov", false);
  EXPECT_EQ(published_numbers(config, "M2m").paper.bacc, "78.3");
  config.set("train.width", 64);
  EXPECT_EQ(differences_from_published(published_sources().front(), config, "M2m"),
            std::vector<std::string>{"train.width = 64 (published with 16)"});
}

TEST(Published, NamesADifferenceOnceAndOnlyIfItActs) {
  Config config = sample_config("M2m", 0);
  config.set("augment.cutout", 16);
  config.set("augment.erasing_min_area", 0.1);
  EXPECT_EQ(differences_from_published(published_sources().front(), config, "M2m"),
            std::vector<std::string>{"augment.cutout = 16 (published with 0)"});
}

}  // namespace
}  // namespace m2m::report

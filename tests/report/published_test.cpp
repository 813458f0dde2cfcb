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
                                                           {"method", "ERM"}};
  for (const auto& [field, value] : other) {
    Config changed = config;
    changed.set(field, value);
    EXPECT_EQ(published_numbers(changed, "M2m").rerun.bacc, "") << field;
  }
}

}  // namespace
}  // namespace m2m::report

// What a fused trial is refused for before anything is trained, whatever the machine.
#include <gtest/gtest.h>

#include "nn/fused_resnet.hpp"
#include "settings/resolve.hpp"
#include "stages/checks_against_data.hpp"
#include "support/said.hpp"
#include "support/tiny_data.hpp"

namespace m2m::stages {
namespace {

using testing::says;

train::LoadedData small_pictures() {
  train::LoadedData data = *testing::tiny_data({10, 5});
  data.set.train.shape = {3, 32, 32};
  return data;
}

Config fused(Json given) {
  given.update({{"train.network", "resnet20"}, {"train.executor", "fused"}, {"train.precision", "bf16"}});
  return testing::tiny_config(given);
}

std::string refusal_of_g(const Config& config, bool has_own_precision) {
  const auto check = [&] { check_fused_g(settings::g_config(config), small_pictures(), has_own_precision); };
  return testing::complaint(check, ExitCode::usage);
}

TEST(FusedChecks, NameThePrecisionOfGIfItIsGs) {
  const Config config = fused({{"method", "M2m"}, {"m2m.g_precision", "float32"}});
  EXPECT_TRUE(says(refusal_of_g(config, true), {"train.executor = 'fused'", "m2m.g_precision = 'bf16'"}));
  EXPECT_FALSE(says(refusal_of_g(config, true), {"train.precision = 'bf16'"}));
}

train::LoadedData many_classes() {
  train::LoadedData data = small_pictures();
  data.set.classes = nn::max_fused_classes() + 1;
  return data;
}

std::string refusal(const Json& given, const train::LoadedData& data) {
  return testing::complaint([&] { check_fused(fused(given), data); }, ExitCode::usage);
}

TEST(FusedChecks, LimitTheClassesOfTranslationsInOneLaunchAlone) {
  EXPECT_TRUE(says(refusal({{"method", "M2m"}}, many_classes()),
                   {"train.executor = 'fused'", std::to_string(nn::max_fused_classes())}));
  EXPECT_EQ(refusal({{"method", "M2m"}}, small_pictures()), "");
  EXPECT_EQ(refusal({{"method", "ERM"}}, many_classes()), "");
  EXPECT_EQ(refusal({{"method", "cRT"}}, many_classes()), "");
  EXPECT_EQ(refusal({{"method", "M2m"}, {"augment.policy", "autoaugment"}}, many_classes()), "") << "recorded";
  EXPECT_EQ(refusal({{"method", "M2m"}, {"m2m.image", "clean-coin"}}, many_classes()), "") << "no translation";
}

TEST(FusedChecks, NoticeWhatRunsAsOperationsOrRecorded) {
  const auto notices = [](const Json& given, int ranks) { return unfused_notices(fused(given), ranks); };
  EXPECT_TRUE(notices({{"method", "M2m"}}, 1).empty());
  const auto augmented = notices({{"method", "M2m"}, {"augment.cutout", 16}}, 1);
  ASSERT_EQ(augmented.size(), 1U);
  EXPECT_TRUE(says(augmented[0], {"train.executor = 'fused'", "augment.*", "recorded"}));
  const auto shared = notices({{"method", "ERM"}}, 2);
  ASSERT_EQ(shared.size(), 1U);
  EXPECT_TRUE(says(shared[0], {"train.executor = 'fused'", "2 ranks", "operation by operation"}));
  EXPECT_EQ(notices({{"method", "M2m"}, {"augment.cutout", 16}}, 2).size(), 2U);
  EXPECT_TRUE(notices({{"method", "cRT"}}, 2).empty()) << "its steps are not fused anyway";
}

TEST(FusedChecks, TakeACalibratedHead) { EXPECT_EQ(refusal({{"method", "DisAlign"}}, small_pictures()), ""); }

TEST(FusedChecks, RefuseANetworkInFloat32) {
  const auto check = [] {
    Config config = fused({{"method", "DisAlign"}});
    config.set("train.precision", "float32");
    check_fused(config, small_pictures());
  };
  EXPECT_TRUE(says(testing::complaint(check, ExitCode::usage), {"train.precision = 'bf16'"}));
}

TEST(FusedChecks, NameTheNetworkOfG) {
  const Config config = fused({{"method", "M2m"}, {"m2m.g_network", "resnet18"}});
  EXPECT_TRUE(says(refusal_of_g(config, false), {"train.executor = 'fused'", "'resnet18'"}));
}

}  // namespace
}  // namespace m2m::stages

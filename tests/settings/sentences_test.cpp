// Quotes one error of each kind as a whole; other tests look only for its data.
#include <gtest/gtest.h>

#include "settings/resolve.hpp"
#include "settings/setting.hpp"
#include "support/said.hpp"

namespace m2m::settings {
namespace {

std::string refusal(const Setting& setting, const std::string& text) {
  return testing::complaint([&] { parse_value(setting, text); }, ExitCode::usage);
}

TEST(SettingsSentences, NameTheSettingItsValueAndWhatWasExpected) {
  const Setting beta{"m2m.beta", SettingType::number, .999, "", "", {}, 0, 1};
  EXPECT_EQ(refusal(beta, "high"), "m2m.beta = 'high': expected a number");
  EXPECT_EQ(refusal(beta, "1.5"), "m2m.beta = 1.5: expected a number of at least 0 and at most 1");
  const Setting set{"data.set", SettingType::text, "cifar10", "", "", {"cifar10", "digits"}};
  EXPECT_EQ(refusal(set, "mnist"), "data.set = 'mnist': expected one of cifar10, digits");
  EXPECT_EQ(refusal(set, "CIFAR10"),
            "data.set = 'CIFAR10': expected one of cifar10, digits; did you mean 'cifar10'?");
}

TEST(SettingsSentences, NameTwoSettingsThatDoNotFitAndAdviseOthers) {
  const Config given({{"method", "M2m"}, {"train.defer_until", 200}});
  EXPECT_EQ(
      testing::complaint([&] { resolve(given); }, ExitCode::usage),
      "train.defer_until = 200 is not before train.epochs = 200: M2m would never begin; set train.defer_until "
      "to at most 199, or train.epochs to at least 201");
}

}  // namespace
}  // namespace m2m::settings

#include "settings/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "settings/augment_settings.hpp"
#include "settings/data_settings.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/noise_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/sharpness_settings.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {
namespace {

TEST(Table, NamesEachSettingOnceAndExplainsIt) {
  std::set<std::string> names;
  for (const Setting& setting : all_settings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_FALSE(setting.help.empty()) << setting.name;
    if (setting.default_value.is_null()) continue;
    EXPECT_EQ(checked_value(setting, setting.default_value), setting.default_value) << setting.name;
  }
}

TEST(Table, BoundsEveryIntegerByWhatItsMemberHolds) {
  for (const Setting& setting : all_settings()) {
    if (setting.type != SettingType::integer) continue;
    const double most = setting.name.starts_with("seed") ? std::numeric_limits<std::uint32_t>::max()
                                                         : std::numeric_limits<int>::max();
    EXPECT_LE(setting.max, most) << setting.name;
    EXPECT_GE(setting.min, 0) << setting.name;
  }
}

TEST(Table, HasConditionsThatNameSettingsAndTheirChoices) {
  for (const Setting& setting : all_settings()) {
    if (setting.acts_if.setting.empty()) continue;
    const Setting& other = row_of(setting.acts_if.setting);
    for (const std::string& value : setting.acts_if.values) {
      EXPECT_NO_THROW(checked_value(other, value)) << setting.name << " acts if " << other.name << " = " << value;
    }
  }
}

TEST(Table, HasTheTraitsOfSeedsAndData) {
  const Config config = resolve(Config(Json{{"method", "M2m"}}));
  const Json seeds = with_trait(config, &Traits::seed);
  EXPECT_EQ(seeds.size(), 6U) << seeds;
  const Json of_data = with_trait(config, &Traits::data), cuts_data = with_trait(config, &Traits::cuts_data);
  for (const auto& [name, value] : of_data.items()) {
    EXPECT_TRUE(name.starts_with("data.")) << name;
  }
  for (const auto& [name, value] : cuts_data.items()) {
    EXPECT_TRUE(row_of(name).traits.data || name == "seeds.subset") << name;
  }
}

/// Values other than the default, one or two per setting.
std::vector<Json> other_values(const Setting& setting) {
  if (!setting.choices.empty()) return {setting.choices.begin(), setting.choices.end()};
  switch (setting.type) {
    case SettingType::flag:
      return {true, false};
    case SettingType::integer: {
      const auto least = static_cast<std::int64_t>(std::max(setting.min, 2.0));
      return {least, least + 1};
    }
    case SettingType::number: {
      const double one = std::clamp(0.25, setting.min, setting.max);
      return {one, one + 0.25 <= setting.max ? one + 0.25 : one - 0.25};
    }
    case SettingType::numbers:
      return {Json::array({1.0}), Json::array({2.0})};
    case SettingType::text:
      return {"some", "other"};
  }
  return {};
}

/// The settings of a group after reading `config`, as its rows store them again.
template <class Group>
void expect_every_row_bound() {
  const Config base = resolve(Config(Json{{"method", "M2m"}}));
  for (const Row<Group>& row : rows<Group>()) {
    const Setting& setting = row.setting();
    for (const Json& value : other_values(setting)) {
      Config config = base;
      config.set(setting.name, value);
      Group one, other;
      row.read(config, one);
      other = read<Group>(config);
      EXPECT_EQ(row.json(one), checked_value(setting, value)) << setting.name;
      EXPECT_EQ(row.json(other), row.json(one)) << setting.name << ": two rows share a member";
    }
  }
}

TEST(Table, BindsEveryRowToAMemberOfItsOwn) {
  expect_every_row_bound<Recipe>();
  expect_every_row_bound<M2mSettings>();
  expect_every_row_bound<Seeds>();
  expect_every_row_bound<TrainSettings>();
  expect_every_row_bound<SharpnessSettings>();
  expect_every_row_bound<RecordSettings>();
  expect_every_row_bound<AugmentSettings>();
  expect_every_row_bound<DataSettings>();
  expect_every_row_bound<LossSettings>();
  expect_every_row_bound<ExpertSettings>();
  expect_every_row_bound<MixSettings>();
  expect_every_row_bound<SecondStageSettings>();
  expect_every_row_bound<PostHocSettings>();
  expect_every_row_bound<NoiseSettings>();
}

TEST(ActingSettings, AreThoseOfTheTrialAlone) {
  const Json erm = acting_settings(resolve(Config(Json{{"method", "ERM"}})));
  const Json m2m = acting_settings(resolve(Config(Json{{"method", "M2m"}})));
  EXPECT_FALSE(erm.contains("m2m.beta"));
  EXPECT_FALSE(erm.contains("seeds.plan"));
  EXPECT_FALSE(erm.contains("train.defer_until"));
  EXPECT_TRUE(m2m.contains("m2m.beta"));
  EXPECT_TRUE(m2m.contains("train.defer_until"));
  for (const Json& acting : {erm, m2m}) {
    EXPECT_TRUE(acting.contains("train.lr"));
    EXPECT_FALSE(acting.contains("train.threads"));
    EXPECT_FALSE(acting.contains("m2m.g_method"));
    EXPECT_FALSE(acting.contains("seeds.g"));
    EXPECT_FALSE(acting.contains("data.root"));
  }
}

TEST(ActingSettings, OfAPostHocMethodAreItsOwnAndThoseOfTheData) {
  const Json acting = acting_settings(resolve(Config(Json{{"method", "tau-norm"}, {"post_hoc.tau", 0.5}})));
  for (const auto& [name, value] : acting.items()) {
    EXPECT_TRUE(name == "method" || name.starts_with("recipe.") || name.starts_with("post_hoc.") ||
                name.starts_with("data."))
        << name;
  }
  EXPECT_TRUE(acting.contains("post_hoc.tau"));
}

TEST(ActingSettings, OfAGHaveItsSeedInPlaceOfThoseOfF) {
  const Json of_g = acting_settings_of_g(g_config(resolve(Config(Json{{"method", "M2m"}, {"seeds.g", 7}}))));
  EXPECT_EQ(of_g.at("seeds.g"), 7);
  EXPECT_FALSE(of_g.contains("seeds.init"));
  EXPECT_FALSE(of_g.contains("seeds.order"));
}

TEST(ActingSettings, OfAPrefixAreThoseOfItsEpochsAlone) {
  const auto of_prefix = [](const Json& given) {
    return acting_settings_of_prefix(resolve(Config(given)), /*until=*/160);
  };
  const Json drs = of_prefix({{"method", "DRS"}});
  EXPECT_EQ(of_prefix({{"method", "M2m"}}), drs);
  EXPECT_EQ(of_prefix({{"method", "DRS"}, {"train.lr_drops", {170, 180}}, {"train.lr_drop_factor", 0.5}}), drs);
  const Json dropped = of_prefix({{"method", "DRS"}, {"train.lr_drops", {100, 180}}});
  EXPECT_EQ(dropped.at("train.lr_drops"), Json({100.0}));
  EXPECT_TRUE(dropped.contains("train.lr_drop_factor"));
}

struct LaterSettings {
  double strength = 0.5;
};

}  // namespace

template <>
const Rows<LaterSettings>& rows<LaterSettings>() {
  static const Rows<LaterSettings> all = {setting("later.strength", &LaterSettings::strength)
                                              .silent_at_default()
                                              .help("A setting of a later version.")};
  return all;
}

namespace {

TEST(ActingSettings, LeaveOutASilentSettingAtItsDefaultSoThatIdsOfOlderTrialsHold) {
  std::vector<Setting> table(all_settings().begin(), all_settings().end());
  table.push_back(rows<LaterSettings>().front().setting());
  const Config before = resolve(Config(Json{{"method", "M2m"}}));
  const Config unchanged = with_defaults(before, table);
  EXPECT_TRUE(unchanged.has("later.strength"));
  EXPECT_EQ(acting_settings(unchanged, table), acting_settings(before));
  Config changed = unchanged;
  changed.set("later.strength", 0.75);
  EXPECT_EQ(acting_settings(changed, table).at("later.strength"), 0.75);
}

}  // namespace
}  // namespace m2m::settings

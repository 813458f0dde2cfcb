#include "report/published.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "settings/catalogue.hpp"
#include "settings/data_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::report {
namespace {

using settings::DataSettings, settings::M2mSettings, settings::Recipe, settings::TrainSettings;
using settings::name_of, settings::to_text;

/// A setting as a source has it; `if_absent`: its value in a trial whose configuration lacks it.
struct Expected {
  std::string name, value, if_absent;
};

/// How the sources trained and cut.
std::vector<Expected> expected_training(const PublishedSource& source) {
  const std::string longtail = to_text(settings::Imbalance::longtail), rounding = to_text(Rounding::field);
  return {{name_of(&TrainSettings::network), "resnet32", ""},
          {name_of(&TrainSettings::epochs), "200", ""},
          {name_of(&TrainSettings::start_from), "", ""},
          {name_of(&DataSettings::imbalance), longtail, longtail},
          {name_of(&DataSettings::subset), std::string(source.subset), to_text(settings::Subset::head)},
          {name_of(&DataSettings::rounding), rounding, rounding},
          {name_of(&DataSettings::validation), std::string(source.validation),
           to_text(settings::Validation::test_head)},
          {name_of(&DataSettings::largest), "0", "0"}};
}

/// The method by its own name with the recipe of the catalogue, in which a study that says nothing of recipes has
/// left it. The head follows the loss.
std::vector<Expected> expected_recipe(const PublishedSource& source, const std::string& method) {
  const std::vector<std::string> known = settings::method_names();
  if (std::count(known.begin(), known.end(), method) == 0) return {};
  const Config config = settings::with_method({}, method);
  std::vector<Expected> expected = {{name_of(&Recipe::method), method, ""}};
  for (const auto& [name, value] : config.json().items()) {
    const bool is_compared =
        settings::is_of_recipe(name) && name != name_of(&Recipe::head) && name != name_of(&Recipe::start);
    if (is_compared) expected.push_back({name, value.get<std::string>(), value.get<std::string>()});
  }
  if (source.beta && settings::read<Recipe>(config).translates()) {
    expected.push_back(
        {name_of(&M2mSettings::beta), fmt::format("{}", *source.beta), fmt::format("{}", M2mSettings{}.beta)});
  }
  return expected;
}

std::string shown(std::string_view value) { return value.empty() ? "nothing" : std::string(value); }

Quoted quoted_if_alike(const PublishedSource& source, const Config& config, std::string_view label) {
  const Quoted* found = published_by(source, config, label);
  return found != nullptr && unlike_published(source, config, label).empty() ? *found : Quoted{};
}

}  // namespace

const Quoted* published_by(const PublishedSource& source, const Config& config, std::string_view label) {
  const auto set = settings::find_value(config, &DataSettings::set);
  const auto ratio = settings::find_value(config, &DataSettings::ratio);
  const auto found = std::find_if(source.rows.begin(), source.rows.end(), [&](const PublishedRow& row) {
    return row.method == label && set == row.set && ratio == row.ratio;
  });
  return found == source.rows.end() ? nullptr : &found->numbers;
}

std::vector<std::string> unlike_published(const PublishedSource& source, const Config& config,
                                          std::string_view label) {
  std::vector<Expected> expected = expected_training(source);
  const std::vector<Expected> recipe = expected_recipe(source, std::string(label));
  expected.insert(expected.end(), recipe.begin(), recipe.end());
  std::vector<std::string> unlike;
  for (const Expected& one : expected) {
    const std::string value = settings::setting_text(config, one.name, one.if_absent);
    if (value == one.value) continue;
    unlike.push_back(fmt::format("{} = {} (published with {})", one.name, shown(value), shown(one.value)));
  }
  return unlike;
}

PublishedNumbers published_numbers(const Config& config, std::string_view label) {
  const auto sources = published_sources();
  return {quoted_if_alike(sources[0], config, label), quoted_if_alike(sources[1], config, label)};
}

}  // namespace m2m::report

#include "report/published.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "settings/catalogue.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/texts.hpp"

namespace m2m::report {
namespace {

/// A setting as a source has it; `if_absent`: its value in a trial whose configuration lacks it.
struct Expected {
  std::string name, value, if_absent;
};

/// How the sources trained and cut.
std::vector<Expected> expected_training(const PublishedSource& source) {
  return {{"train.network", "resnet32", ""},
          {"train.epochs", "200", ""},
          {"train.start_from", "", ""},
          {"data.imbalance", "longtail", "longtail"},
          {"data.subset", std::string(source.subset), "head"},
          {"data.rounding", "field", "field"},
          {"data.validation", std::string(source.validation), "test-head"},
          {"data.largest", "0", "0"}};
}

/// The method by its own name with the recipe of the catalogue, in which a study that says nothing of recipes has
/// left it. The head follows the loss.
std::vector<Expected> expected_recipe(const PublishedSource& source, const std::string& method) {
  const std::vector<std::string> known = settings::method_names();
  if (std::count(known.begin(), known.end(), method) == 0) return {};
  const Config config = settings::with_method({}, method);
  std::vector<Expected> expected = {{"method", method, ""}};
  for (const auto& [name, value] : config.json().items()) {
    const bool is_compared = name.starts_with("recipe.") && name != "recipe.head" && name != "recipe.start";
    if (is_compared) expected.push_back({name, value.get<std::string>(), value.get<std::string>()});
  }
  if (!settings::read<settings::Recipe>(config).translates()) return expected;
  for (const PublishedSetting& one : source.translation) {
    expected.push_back({std::string(one.name), std::string(one.value), std::string(one.if_absent)});
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
  if (!config.has("data.ratio")) return nullptr;
  const auto found = std::find_if(source.rows.begin(), source.rows.end(), [&](const PublishedRow& row) {
    return row.method == label && settings::text_or(config, "data.set", "") == row.set &&
           config.number("data.ratio") == row.ratio;
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

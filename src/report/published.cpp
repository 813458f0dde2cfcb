#include "report/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/data_setting.hpp"

namespace m2m::report {
namespace {

/// A method's recipe as the sources have it.
struct Recipe {
  std::string_view method, loss, rebalance, sampling, class_weights, translate;
  std::string_view mixing = "none", train = "everything", post_hoc = "none";
};

constexpr std::array recipes = {
    Recipe{"ERM", "cross-entropy", "never", "plain", "none", "none"},
    Recipe{"RS", "cross-entropy", "at-once", "class-balanced", "none", "none"},
    Recipe{"SMOTE", "cross-entropy", "at-once", "smote", "none", "none"},
    Recipe{"RW", "cross-entropy", "at-once", "plain", "inverse", "none"},
    Recipe{"CB-RW", "cross-entropy", "at-once", "plain", "effective", "none"},
    Recipe{"DRS", "cross-entropy", "deferred", "class-balanced", "none", "none"},
    Recipe{"DRW", "cross-entropy", "deferred", "plain", "effective", "none"},
    Recipe{"Focal", "focal", "never", "plain", "none", "none"},
    Recipe{"LDAM", "ldam", "never", "plain", "none", "none"},
    Recipe{"LDAM-DRW", "ldam", "deferred", "plain", "effective", "none"},
    Recipe{"M2m", "cross-entropy", "deferred", "class-balanced", "none", "m2m"},
    Recipe{"M2m-LDAM", "ldam", "deferred", "class-balanced", "none", "m2m"},
    Recipe{"LA", "logit-adjusted", "never", "plain", "none", "none"},
    Recipe{"Balanced-Softmax", "logit-adjusted", "never", "plain", "none", "none"},
    Recipe{"LA-post-hoc", "cross-entropy", "never", "plain", "none", "none", "none", "everything",
           "logit-adjustment"},
    Recipe{"tau-norm", "cross-entropy", "never", "plain", "none", "none", "none", "everything",
           "tau-normalisation"},
    Recipe{"cRT", "cross-entropy", "at-once", "class-balanced", "none", "none", "none", "head"},
    Recipe{"mixup", "cross-entropy", "never", "plain", "none", "none", "mixup"},
    Recipe{"mixup-DRW", "cross-entropy", "deferred", "plain", "effective", "none", "mixup"},
    Recipe{"Remix", "cross-entropy", "never", "plain", "none", "none", "remix"},
    Recipe{"MiSLAS", "label-aware-smoothing", "at-once", "class-balanced", "none", "none", "none",
           "head-and-scales"},
};

/// How the sources trained and cut.
std::vector<PublishedSetting> setting_of(const PublishedSource& source) {
  return {{"train.network", "resnet32", ""},
          {"train.epochs", "200", ""},
          {"train.start_from", "", ""},
          {"data.imbalance", "longtail", "longtail"},
          {"data.subset", source.subset, "head"},
          {"data.rounding", "field", "field"},
          {"data.validation", source.validation, "test-head"},
          {"data.largest", "0", "0"}};
}

/// A study that says nothing of recipes has left the method's as it is.
std::vector<PublishedSetting> recipe_of(const PublishedSource& source, std::string_view method) {
  const auto own =
      std::find_if(recipes.begin(), recipes.end(), [&](const Recipe& r) { return r.method == method; });
  if (own == recipes.end()) return {};
  std::vector<PublishedSetting> expected = {{"method", own->method, ""}};
  for (const auto& [name, value] :
       {std::pair{"recipe.loss", own->loss}, std::pair{"recipe.rebalance", own->rebalance},
        std::pair{"recipe.sampling", own->sampling}, std::pair{"recipe.class_weights", own->class_weights},
        std::pair{"recipe.translate", own->translate}, std::pair{"recipe.mixing", own->mixing},
        std::pair{"recipe.train", own->train}, std::pair{"recipe.post_hoc", own->post_hoc}}) {
    expected.push_back({name, value, value});
  }
  if (own->translate == "none") return expected;
  expected.insert(expected.end(), source.translation.begin(), source.translation.end());
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
  std::vector<PublishedSetting> expected = setting_of(source);
  const std::vector<PublishedSetting> recipe = recipe_of(source, label);
  expected.insert(expected.end(), recipe.begin(), recipe.end());
  std::vector<std::string> unlike;
  for (const PublishedSetting& one : expected) {
    const std::string value = settings::setting_text(config, std::string(one.name), std::string(one.standard));
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

#include "report/published.hpp"

#include <algorithm>
#include <array>

#include "report/data_setting.hpp"

namespace m2m {
namespace {

struct Row {
  std::string_view method;
  std::string_view set;
  double ratio;
  PublishedNumbers numbers;
};

// An empty text is a number that could not be read from its source; none is filled in from elsewhere.
constexpr std::array rows = {
    Row{"ERM", "cifar10", 100, {{"68.7", "1.43", ""}, {"73.90", "", "72.79"}}},
    Row{"ERM", "cifar10", 10, {{}, {"86.14", "", "85.93"}}},
    Row{"ERM", "cifar100", 100, {{}, {"38.06", "", "26.62"}}},
    Row{"ERM", "cifar100", 10, {{}, {"56.46", "", "51.88"}}},
    Row{"RS", "cifar10", 100, {{"70.4", "1.15", ""}, {"70.71", "", "69.70"}}},
    Row{"RS", "cifar10", 10, {{}, {"86.78", "", "86.60"}}},
    Row{"RS", "cifar100", 100, {{}, {"31.19", "", "20.91"}}},
    Row{"RS", "cifar100", 10, {{}, {"55.03", "", "51.21"}}},
    Row{"SMOTE", "cifar10", 100, {{}, {"72.92", "", "71.50"}}},
    Row{"SMOTE", "cifar10", 10, {{}, {"86.07", "", "85.90"}}},
    Row{"SMOTE", "cifar100", 100, {{}, {"33.26", "", "20.98"}}},
    Row{"SMOTE", "cifar100", 10, {{}, {"55.51", "", "51.75"}}},
    Row{"RW", "cifar10", 100, {{}, {"73.29", "", "72.72"}}},
    Row{"RW", "cifar10", 10, {{}, {"86.99", "", "86.86"}}},
    Row{"RW", "cifar100", 100, {{}, {"31.87", "", "22.21"}}},
    Row{"RW", "cifar100", 10, {{}, {"55.54", "", "52.17"}}},
    Row{"CB-RW", "cifar10", 100, {{}, {"72.91", "", "72.01"}}},
    Row{"CB-RW", "cifar10", 10, {{}, {"86.80", "", "86.61"}}},
    Row{"CB-RW", "cifar100", 100, {{}, {"33.83", "", "22.67"}}},
    Row{"CB-RW", "cifar100", 10, {{}, {"56.59", "", "53.30"}}},
    Row{"DRS", "cifar10", 100, {{"75.2", ".26", ""}, {"74.60", "", "73.36"}}},
    Row{"DRS", "cifar10", 10, {{}, {"87.61", "", "87.43"}}},
    Row{"DRS", "cifar100", 100, {{}, {"40.28", "", "29.25"}}},
    Row{"DRS", "cifar100", 10, {{}, {"58.22", "", "55.52"}}},
    Row{"Focal", "cifar10", 100, {{}, {"69.59", "", "66.88"}}},
    Row{"Focal", "cifar10", 10, {{}, {"85.17", "", "84.91"}}},
    Row{"Focal", "cifar100", 100, {{}, {"36.94", "", "24.17"}}},
    Row{"Focal", "cifar100", 10, {{}, {"56.82", "", "52.74"}}},
    Row{"LDAM", "cifar10", 100, {{}, {"72.93", "", "70.90"}}},
    Row{"LDAM", "cifar10", 10, {{}, {"86.32", "", "86.11"}}},
    Row{"LDAM", "cifar100", 100, {{}, {"40.26", "", "26.27"}}},
    Row{"LDAM", "cifar100", 10, {{}, {"55.36", "", "45.19"}}},
    Row{"LDAM-DRW", "cifar10", 100, {{}, {"76.32", "", "75.35"}}},
    Row{"LDAM-DRW", "cifar10", 10, {{}, {"86.22", "", "86.00"}}},
    Row{"LDAM-DRW", "cifar100", 100, {{}, {"42.09", "", "28.45"}}},
    Row{"LDAM-DRW", "cifar100", 10, {{}, {"56.92", "", "49.99"}}},
    Row{"M2m", "cifar10", 100, {{"78.3", ".16", ""}, {"78.03", "", "77.63"}}},
    Row{"M2m", "cifar10", 10, {{}, {"86.92", "", "86.72"}}},
    Row{"M2m", "cifar100", 100, {{"42.9", "", ""}, {"42.71", "", "31.61"}}},
    Row{"M2m", "cifar100", 10, {{"58.2", "", ""}, {"58.20", "", "55.34"}}},
    Row{"M2m-LDAM", "cifar10", 100, {{"79.1", "", ""}, {"80.23", "", "79.81"}}},
    Row{"M2m-LDAM", "cifar10", 10, {{"87.5", "", ""}, {"87.50", "", "87.21"}}},
    Row{"M2m-LDAM", "cifar100", 100, {{"43.5", "", ""}, {"41.29", "", "32.55"}}},
    Row{"M2m-LDAM", "cifar100", 10, {{"57.6", "", ""}, {"56.82", "", "50.92"}}},
};

/// A method's recipe as the sources have it.
struct Recipe {
  std::string_view method, loss, rebalance, sampling, class_weights, translate;
};

constexpr std::array recipes = {
    Recipe{"ERM", "cross-entropy", "never", "plain", "none", "none"},
    Recipe{"RS", "cross-entropy", "at-once", "class-balanced", "none", "none"},
    Recipe{"SMOTE", "cross-entropy", "at-once", "smote", "none", "none"},
    Recipe{"RW", "cross-entropy", "at-once", "plain", "inverse", "none"},
    Recipe{"CB-RW", "cross-entropy", "at-once", "plain", "effective", "none"},
    Recipe{"DRS", "cross-entropy", "deferred", "class-balanced", "none", "none"},
    Recipe{"Focal", "focal", "never", "plain", "none", "none"},
    Recipe{"LDAM", "ldam", "never", "plain", "none", "none"},
    Recipe{"LDAM-DRW", "ldam", "deferred", "plain", "effective", "none"},
    Recipe{"M2m", "cross-entropy", "deferred", "class-balanced", "none", "m2m"},
    Recipe{"M2m-LDAM", "ldam", "deferred", "class-balanced", "none", "m2m"},
};

/// Whether a study has left the method's recipe as it is; one that says nothing of recipes has.
bool has_its_own_recipe(const Config& config, std::string_view method) {
  const auto own =
      std::find_if(recipes.begin(), recipes.end(), [&](const Recipe& r) { return r.method == method; });
  const auto is = [&](const char* name, std::string_view value) {
    return text_or(config, name, std::string(value)) == value;
  };
  return own != recipes.end() && is("recipe.loss", own->loss) && is("recipe.rebalance", own->rebalance) &&
         is("recipe.sampling", own->sampling) && is("recipe.class_weights", own->class_weights) &&
         is("recipe.translate", own->translate) && is("recipe.mixing", "none");
}

/// Whether the trial was trained and cut as the sources did.
bool is_the_published_setting(const Config& config) {
  const auto is = [&](const char* name, std::string_view value, std::string_view standard) {
    return text_or(config, name, std::string(standard)) == value;
  };
  return is("train.network", "resnet32", "") && config.has("train.epochs") &&
         config.integer("train.epochs") == 200 && is("train.start_from", "", "") &&
         is("data.imbalance", "longtail", "longtail") && is("data.subset", "head", "head") &&
         is("data.rounding", "field", "field") && is("data.validation", "test-head", "test-head") &&
         (!config.has("data.largest") || config.integer("data.largest") == 0);
}

}  // namespace

PublishedNumbers published_numbers(const Config& config, std::string_view label) {
  if (!is_the_published_setting(config) || !has_its_own_recipe(config, label) || !config.has("data.ratio"))
    return {};
  for (const Row& row : rows) {
    if (row.method == label && text_or(config, "method", "") == row.method &&
        text_or(config, "data.set", "") == row.set && config.number("data.ratio") == row.ratio) {
      return row.numbers;
    }
  }
  return {};
}

}  // namespace m2m

#include "report/published.hpp"

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
    Row{"DRS", "cifar10", 100, {{"75.2", ".26", ""}, {"74.60", "", "73.36"}}},
    Row{"DRS", "cifar10", 10, {{}, {"87.61", "", "87.43"}}},
    Row{"DRS", "cifar100", 100, {{}, {"40.28", "", "29.25"}}},
    Row{"DRS", "cifar100", 10, {{}, {"58.22", "", "55.52"}}},
    Row{"M2m", "cifar10", 100, {{"78.3", ".16", ""}, {"78.03", "", "77.63"}}},
    Row{"M2m", "cifar10", 10, {{}, {"86.92", "", "86.72"}}},
    Row{"M2m", "cifar100", 100, {{"42.9", "", ""}, {"42.71", "", "31.61"}}},
    Row{"M2m", "cifar100", 10, {{"58.2", "", ""}, {"58.20", "", "55.34"}}},
};

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
  if (!is_the_published_setting(config) || !config.has("data.ratio")) return {};
  for (const Row& row : rows) {
    if (row.method == label && text_or(config, "method", "") == row.method &&
        text_or(config, "data.set", "") == row.set && config.number("data.ratio") == row.ratio) {
      return row.numbers;
    }
  }
  return {};
}

}  // namespace m2m

#include "report/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "settings/data_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::report {
namespace {

using Row = PublishedRow;
using settings::DataSettings, settings::M2mSettings, settings::Recipe, settings::TrainSettings;
using settings::name_of, settings::to_text;

// An empty text is a number that could not be read from its source; it is not filled in from elsewhere. The tables
// omit numbers that no setting of this program matches: those with AutoAugment (Balanced Softmax at 83 to 85 on
// CIFAR-10 and 50 to 51 on CIFAR-100, ProCo, ConCutMix) and those of wider networks than ResNet-32 of 16, 32 and 64
// channels (GLMC, LOS, BCE3S, weight balancing, reruns on WRN-28-10).
constexpr std::array paper = {
    Row{"ERM", "cifar10", 100, {"68.7", "1.43", ""}},   Row{"RS", "cifar10", 100, {"70.4", "1.15", ""}},
    Row{"DRS", "cifar10", 100, {"75.2", "0.26", ""}},   Row{"M2m", "cifar10", 100, {"78.3", "0.16", ""}},
    Row{"M2m", "cifar100", 100, {"42.9", "", ""}},      Row{"M2m", "cifar100", 10, {"58.2", "", ""}},
    Row{"M2m-LDAM", "cifar10", 100, {"79.1", "", ""}},  Row{"M2m-LDAM", "cifar10", 10, {"87.5", "", ""}},
    Row{"M2m-LDAM", "cifar100", 100, {"43.5", "", ""}}, Row{"M2m-LDAM", "cifar100", 10, {"57.6", "", ""}},
};

constexpr std::array rerun = {
    Row{"ERM", "cifar10", 100, {"73.90", "", "72.79"}},
    Row{"ERM", "cifar10", 10, {"86.14", "", "85.93"}},
    Row{"ERM", "cifar100", 100, {"38.06", "", "26.62"}},
    Row{"ERM", "cifar100", 10, {"56.46", "", "51.88"}},
    Row{"RS", "cifar10", 100, {"70.71", "", "69.70"}},
    Row{"RS", "cifar10", 10, {"86.78", "", "86.60"}},
    Row{"RS", "cifar100", 100, {"31.19", "", "20.91"}},
    Row{"RS", "cifar100", 10, {"55.03", "", "51.21"}},
    Row{"SMOTE", "cifar10", 100, {"72.92", "", "71.50"}},
    Row{"SMOTE", "cifar10", 10, {"86.07", "", "85.90"}},
    Row{"SMOTE", "cifar100", 100, {"33.26", "", "20.98"}},
    Row{"SMOTE", "cifar100", 10, {"55.51", "", "51.75"}},
    Row{"RW", "cifar10", 100, {"73.29", "", "72.72"}},
    Row{"RW", "cifar10", 10, {"86.99", "", "86.86"}},
    Row{"RW", "cifar100", 100, {"31.87", "", "22.21"}},
    Row{"RW", "cifar100", 10, {"55.54", "", "52.17"}},
    Row{"CB-RW", "cifar10", 100, {"72.91", "", "72.01"}},
    Row{"CB-RW", "cifar10", 10, {"86.80", "", "86.61"}},
    Row{"CB-RW", "cifar100", 100, {"33.83", "", "22.67"}},
    Row{"CB-RW", "cifar100", 10, {"56.59", "", "53.30"}},
    Row{"DRS", "cifar10", 100, {"74.60", "", "73.36"}},
    Row{"DRS", "cifar10", 10, {"87.61", "", "87.43"}},
    Row{"DRS", "cifar100", 100, {"40.28", "", "29.25"}},
    Row{"DRS", "cifar100", 10, {"58.22", "", "55.52"}},
    Row{"Focal", "cifar10", 100, {"69.59", "", "66.88"}},
    Row{"Focal", "cifar10", 10, {"85.17", "", "84.91"}},
    Row{"Focal", "cifar100", 100, {"36.94", "", "24.17"}},
    Row{"Focal", "cifar100", 10, {"56.82", "", "52.74"}},
    Row{"LDAM", "cifar10", 100, {"72.93", "", "70.90"}},
    Row{"LDAM", "cifar10", 10, {"86.32", "", "86.11"}},
    Row{"LDAM", "cifar100", 100, {"40.26", "", "26.27"}},
    Row{"LDAM", "cifar100", 10, {"55.36", "", "45.19"}},
    Row{"LDAM-DRW", "cifar10", 100, {"76.32", "", "75.35"}},
    Row{"LDAM-DRW", "cifar10", 10, {"86.22", "", "86.00"}},
    Row{"LDAM-DRW", "cifar100", 100, {"42.09", "", "28.45"}},
    Row{"LDAM-DRW", "cifar100", 10, {"56.92", "", "49.99"}},
    Row{"M2m", "cifar10", 100, {"78.03", "", "77.63"}},
    Row{"M2m", "cifar10", 10, {"86.92", "", "86.72"}},
    Row{"M2m", "cifar100", 100, {"42.71", "", "31.61"}},
    Row{"M2m", "cifar100", 10, {"58.20", "", "55.34"}},
    Row{"M2m-LDAM", "cifar10", 100, {"80.23", "", "79.81"}},
    Row{"M2m-LDAM", "cifar10", 10, {"87.50", "", "87.21"}},
    Row{"M2m-LDAM", "cifar100", 100, {"41.29", "", "32.55"}},
    Row{"M2m-LDAM", "cifar100", 10, {"56.82", "", "50.92"}},
};

constexpr std::array imbalanced_dl = {
    Row{"ERM", "cifar10", 100, {"71.23", "", ""}},       Row{"ERM", "cifar100", 100, {"38.46", "", ""}},
    Row{"DRW", "cifar10", 100, {"75.08", "", ""}},       Row{"DRW", "cifar100", 100, {"40.40", "", ""}},
    Row{"LDAM-DRW", "cifar10", 100, {"77.75", "", ""}},  Row{"LDAM-DRW", "cifar100", 100, {"41.28", "", ""}},
    Row{"M2m", "cifar10", 100, {"76.15", "", ""}},       Row{"M2m", "cifar100", 100, {"41.92", "", ""}},
    Row{"mixup-DRW", "cifar10", 100, {"82.11", "", ""}}, Row{"mixup-DRW", "cifar100", 100, {"46.91", "", ""}},
};

constexpr std::array bag_of_tricks = {
    Row{"ERM", "cifar10", 100, {"70.36", "", ""}},
    Row{"ERM", "cifar100", 100, {"38.32", "", ""}},
    Row{"RW", "cifar10", 100, {"68.30", "", ""}},
    Row{"RW", "cifar100", 100, {"32.27", "", ""}},
    Row{"Focal", "cifar10", 100, {"71.56", "", ""}},
    Row{"Focal", "cifar100", 100, {"37.22", "", ""}},
    Row{"CB-RW", "cifar10", 100, {"70.48", "", ""}},
    Row{"CB-RW", "cifar100", 100, {"38.97", "", ""}},
    Row{"LDAM", "cifar10", 100, {"73.66", "", ""}},
    Row{"LDAM", "cifar100", 100, {"38.88", "", ""}},
    Row{"LDAM-DRW", "cifar10", 100, {"77.73", "", ""}},
    Row{"LDAM-DRW", "cifar100", 100, {"42.47", "", ""}},
    Row{"DRW", "cifar10", 100, {"74.82", "", ""}},
    Row{"DRW", "cifar100", 100, {"41.62", "", ""}},
    Row{"RS", "cifar10", 100, {"72.45", "", ""}},
    Row{"RS", "cifar100", 100, {"35.24", "", ""}},
    Row{"DRS", "cifar10", 100, {"75.07", "", ""}},
    Row{"DRS", "cifar100", 100, {"40.64", "", ""}},
    Row{"Balanced-Softmax", "cifar10", 100, {"77.54", "", ""}},
    Row{"Balanced-Softmax", "cifar100", 100, {"42.99", "", ""}},
    Row{"mixup", "cifar10", 100, {"74.06", "", ""}},
    Row{"mixup", "cifar100", 100, {"40.82", "", ""}},
    Row{"Remix", "cifar10", 100, {"73.43", "", ""}},
    Row{"Remix", "cifar100", 100, {"41.39", "", ""}},
    Row{"tau-norm", "cifar10", 100, {"72.70", "", ""}},
    Row{"tau-norm", "cifar100", 100, {"40.96", "", ""}},
    Row{"cRT", "cifar10", 100, {"74.99", "", ""}},
    Row{"cRT", "cifar100", 100, {"40.26", "", ""}},
};

constexpr std::array logit_adjustment = {
    Row{"ERM", "cifar10", 100, {"71.27", "", ""}},         Row{"ERM", "cifar100", 100, {"39.85", "", ""}},
    Row{"LA-post-hoc", "cifar10", 100, {"78.16", "", ""}}, Row{"LA-post-hoc", "cifar100", 100, {"44.04", "", ""}},
    Row{"LA", "cifar10", 100, {"78.57", "", ""}},          Row{"LA", "cifar100", 100, {"44.02", "", ""}},
};

constexpr std::array mislas = {
    Row{"mixup", "cifar10", 100, {"72.8", "", ""}},
    Row{"mixup", "cifar100", 100, {"39.5", "", ""}},
    Row{"MiSLAS", "cifar10", 100, {"82.5", "", ""}},
    Row{"MiSLAS", "cifar100", 100, {"47.0", "", ""}},
};

// The authors and their rerun validate on the head of the test set and train on the first images of each class.
// imbalanced-DL draws a subset and tests on all 10,000 images; this is assumed of logit-adj-pytorch and MiSLAS too.
// BagofTricks-LT trains on a list of images that Cui et al. fixed, and validates on the test set.
constexpr std::array sources = {
    PublishedSource{"paper", "Kim, Jeong, Shin, CVPR 2020", "head", "test-head", paper},
    PublishedSource{"rerun", rerun_source, "head", "test-head", rerun},
    PublishedSource{"imbalanced-DL", "ntucllab/imbalanced-DL", "random", "none", imbalanced_dl, 0.9999},
    PublishedSource{"BagofTricks-LT", "zhangyongshun/BagofTricks-LT", "the list of Cui et al.",
                    "the test set itself", bag_of_tricks},
    PublishedSource{"logit-adj-pytorch", "Chumsy0725/logit-adj-pytorch", "random", "none", logit_adjustment},
    PublishedSource{"MiSLAS", "Zhong et al., CVPR 2021", "random", "none", mislas},
};

/// A setting as a source has it. `value_if_absent` is its value in a trial whose configuration lacks it.
struct Expected {
  std::string name, value, value_if_absent;
};

/// How the source trained and cut its data.
std::vector<Expected> published_settings(const PublishedSource& source) {
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

/// The method by its own name with the recipe of the catalogue, which a study without recipe settings keeps. The
/// head is not compared: it follows the loss.
std::vector<Expected> published_recipe(const PublishedSource& source, const std::string& method) {
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

/// The settings that came later than the sources and act in `trial`: each as the catalogue's method has it, else at
/// its default. So numbers made with another width, schedule or optimiser stand beside no published ones.
std::vector<Expected> later_settings(const std::string& method, const Config& trial) {
  const std::vector<std::string> known = settings::method_names();
  const bool is_known = std::count(known.begin(), known.end(), method) > 0;
  const Config of_method(is_known ? settings::find_method(method).sets : Json::object());
  std::vector<Expected> expected;
  for (const settings::Setting& setting : settings::all_settings()) {
    if (!setting.traits.silent_at_default || !settings::may_act(setting, trial)) continue;
    const Config defaults(Json{{setting.name, setting.default_value}});
    const std::string value = settings::setting_text(defaults, setting.name, "");
    expected.push_back({setting.name, settings::setting_text(of_method, setting.name, value), value});
  }
  return expected;
}

std::string value_text(std::string_view value) { return value.empty() ? "nothing" : std::string(value); }

Quoted quoted_if_same(const PublishedSource& source, const Config& config, std::string_view label) {
  const Quoted* found = find_published(source, config, label);
  return found != nullptr && differences_from_published(source, config, label).empty() ? *found : Quoted{};
}

}  // namespace

std::span<const PublishedSource> published_sources() { return sources; }

const Quoted* find_published(const PublishedSource& source, const Config& config, std::string_view label) {
  const auto set = settings::find_value(config, &DataSettings::set);
  const auto ratio = settings::find_value(config, &DataSettings::ratio);
  const auto found = std::find_if(source.rows.begin(), source.rows.end(), [&](const PublishedRow& row) {
    return row.method == label && set == row.set && ratio == row.ratio;
  });
  return found == source.rows.end() ? nullptr : &found->numbers;
}

std::vector<std::string> differences_from_published(const PublishedSource& source, const Config& config,
                                                    std::string_view label) {
  std::vector<Expected> expected = published_settings(source);
  const std::vector<Expected> recipe = published_recipe(source, std::string(label));
  expected.insert(expected.end(), recipe.begin(), recipe.end());
  const std::vector<Expected> later = later_settings(std::string(label), config);
  expected.insert(expected.end(), later.begin(), later.end());
  std::vector<std::string> differences;
  for (const Expected& one : expected) {
    const std::string value = settings::setting_text(config, one.name, one.value_if_absent);
    if (value == one.value) continue;
    differences.push_back(
        fmt::format("{} = {} (published with {})", one.name, value_text(value), value_text(one.value)));
  }
  return differences;
}

PublishedNumbers published_numbers(const Config& config, std::string_view label) {
  const auto sources = published_sources();
  return {quoted_if_same(sources[0], config, label), quoted_if_same(sources[1], config, label)};
}

}  // namespace m2m::report

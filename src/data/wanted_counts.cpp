// The training samples of each class that a study asks for, and advice if the data set has too few.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "data/split.hpp"

namespace m2m::data {
namespace {

/// N_1 and rho.
struct Fall {
  std::int64_t largest = 0;
  double ratio = 1;
};

ClassCounts falling_counts(const settings::DataSettings& settings, const Fall& fall, int classes) {
  using settings::Imbalance;
  if (settings.imbalance == Imbalance::none) return ClassCounts(static_cast<std::size_t>(classes), fall.largest);
  if (settings.imbalance == Imbalance::step) return step_counts(fall.largest, fall.ratio, classes);
  return long_tail_counts(fall.largest, fall.ratio, classes, settings.rounding);
}

std::int64_t smallest(const ClassCounts& counts) { return *std::min_element(counts.begin(), counts.end()); }

/// N_1 of the study, or of the data set; 0 if neither gives it.
std::int64_t requested_largest(const DataSet& data, const settings::DataSettings& settings) {
  return settings.largest > 0 ? settings.largest : data.default_largest;
}

/// The largest N_1 of at most `asked` whose counts are available; 0 if there is none.
std::int64_t max_largest(const settings::DataSettings& settings, double ratio, std::int64_t asked,
                         const ClassCounts& available) {
  const auto is_available = [&](std::int64_t largest) {
    const ClassCounts counts = falling_counts(settings, {largest, ratio}, static_cast<int>(available.size()));
    return std::equal(counts.begin(), counts.end(), available.begin(), std::less_equal<>());
  };
  std::int64_t low = 0, high = std::min(asked, largest(available));
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (is_available(middle)) low = middle;
    if (low != middle) high = middle - 1;
  }
  return low;
}

/// A fall of at most this one with which each class has `min_count` samples and at most the available ones.
std::optional<Fall> sufficient_fall(const settings::DataSettings& settings, Fall fall, const ClassCounts& available,
                                    std::int64_t min_count) {
  const auto classes = static_cast<int>(available.size());
  while (true) {
    fall.largest = max_largest(settings, fall.ratio, fall.largest, available);
    if (fall.largest < min_count) return std::nullopt;
    if (smallest(falling_counts(settings, fall, classes)) >= min_count) return fall;
    if (fall.ratio <= 1) return std::nullopt;
    const double needed = static_cast<double>(fall.largest) / static_cast<double>(min_count);
    fall.ratio = std::max(1.0, std::min(std::floor(needed), std::ceil(fall.ratio) - 1));
  }
}

/// Samples of each class that remain for training.
ClassCounts without(ClassCounts available, std::int64_t reserved) {
  for (std::int64_t& count : available) count = std::max<std::int64_t>(0, count - reserved);
  return available;
}

void check_available(const DataSet& data, const settings::DataSettings& settings, const ClassCounts& wanted,
                     const ClassCounts& available, std::int64_t reserved) {
  const ClassCounts usable = without(available, reserved);
  const auto remedy = [&](std::size_t k) {
    const auto sufficient = sufficient_settings(data, settings, usable, 1);
    return sufficient ? "set " + *sufficient : fmt::format("add samples of class {}", k);
  };
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    if (wanted[k] > usable[k]) {
      const bool is_default = settings.largest == 0;
      const std::string left = reserved > 0 ? fmt::format(", {} of them reserved for tests", reserved) : "";
      throw usage_error(
          fmt::format("data.largest = {}{} asks for {} training samples of class {}, but {} has {}{}: {}",
                      requested_largest(data, settings), is_default ? " (the default)" : "", wanted[k], k,
                      data.name, available[k], left, remedy(k)));
    }
    if (wanted[k] < 1) {
      throw usage_error(fmt::format("data.ratio = {} leaves class {} of {} without a training sample: {}",
                                    settings.ratio, k, data.name, remedy(k)));
    }
  }
}

void check_each_class(const DataSet& data, const ClassCounts& available) {
  const auto empty = std::find(available.begin(), available.end(), 0);
  if (empty == available.end()) return;
  throw data_error(fmt::format("{}: class {} has no training sample; check that the set is complete", data.name,
                               empty - available.begin()));
}

}  // namespace

std::optional<std::string> sufficient_settings(const DataSet& data, const settings::DataSettings& settings,
                                               const ClassCounts& available, std::int64_t min_count) {
  const std::int64_t named = requested_largest(data, settings);
  const Fall asked{named > 0 ? named : largest(available), settings.ratio};
  const std::optional<Fall> fall = sufficient_fall(settings, asked, available, min_count);
  if (!fall) return std::nullopt;
  const bool is_other_ratio = fall->ratio != asked.ratio;
  const std::string ratio = is_other_ratio ? fmt::format("data.ratio = {}", fall->ratio) : "";
  if (fall->largest == named) return ratio;
  return fmt::format("data.largest = {}{}{}", fall->largest, is_other_ratio ? " and " : "", ratio);
}

ClassCounts wanted_counts(const DataSet& data, const settings::DataSettings& settings, const ClassCounts& available,
                          std::int64_t reserved) {
  check_each_class(data, available);
  const bool is_own = settings.imbalance == settings::Imbalance::own;
  if (is_own && reserved > 0) {
    throw usage_error(
        fmt::format("data.imbalance = 'own': {} has no test set, and no sample would be left to test; set "
                    "data.imbalance = 'longtail', 'step' or 'none'",
                    data.name));
  }
  if (is_own) return available;
  const Fall fall{requested_largest(data, settings), settings.ratio};
  if (fall.largest == 0) {
    const auto other = sufficient_settings(data, settings, without(available, reserved), 1);
    throw usage_error(
        fmt::format("data.imbalance = '{}': {} is imbalanced as it comes; set data.imbalance = 'own'{}",
                    settings::to_text(settings.imbalance), data.name, other ? ", or " + *other : ""));
  }
  ClassCounts wanted = falling_counts(settings, fall, data.classes);
  check_available(data, settings, wanted, available, reserved);
  return wanted;
}

}  // namespace m2m::data

#include "data/wanted_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace m2m::data {
namespace {

/// N_1 and rho.
struct Fall {
  std::int64_t largest = 0;
  double ratio = 1;
};

ClassCounts falling_counts(const Config& config, const Fall& fall, int classes) {
  const std::string imbalance = config.text("data.imbalance");
  if (imbalance == "none") return ClassCounts(static_cast<std::size_t>(classes), fall.largest);
  if (imbalance == "step") return step_counts(fall.largest, fall.ratio, classes);
  const bool is_truncated = config.text("data.rounding") == "truncated";
  return long_tail_counts(fall.largest, fall.ratio, classes, is_truncated ? Rounding::truncated : Rounding::field);
}

std::int64_t smallest(const ClassCounts& counts) { return *std::min_element(counts.begin(), counts.end()); }

/// N_1 as the study says, or the data set's own; 0: neither says.
std::int64_t largest_of(const DataSet& data, const Config& config) {
  const std::int64_t asked = config.integer("data.largest");
  return asked > 0 ? asked : data.default_largest;
}

/// The largest N_1 of at most `asked` whose counts are available; 0: none.
std::int64_t most_largest(const Config& config, double ratio, std::int64_t asked, const ClassCounts& available) {
  const auto is_available = [&](std::int64_t largest) {
    const ClassCounts counts = falling_counts(config, {largest, ratio}, static_cast<int>(available.size()));
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

/// A fall of at most this one with which each class has `least` samples and no more than are available.
std::optional<Fall> sufficient_fall(const Config& config, Fall fall, const ClassCounts& available,
                                    std::int64_t least) {
  const auto classes = static_cast<int>(available.size());
  while (true) {
    fall.largest = most_largest(config, fall.ratio, fall.largest, available);
    if (fall.largest < least) return std::nullopt;
    if (smallest(falling_counts(config, fall, classes)) >= least) return fall;
    if (fall.ratio <= 1) return std::nullopt;
    const double needed = static_cast<double>(fall.largest) / static_cast<double>(least);
    fall.ratio = std::max(1.0, std::min(std::floor(needed), std::ceil(fall.ratio) - 1));
  }
}

/// What is left of each class for training.
ClassCounts without(ClassCounts available, std::int64_t spared) {
  for (std::int64_t& count : available) count = std::max<std::int64_t>(0, count - spared);
  return available;
}

void check_available(const DataSet& data, const Config& config, const ClassCounts& wanted,
                     const ClassCounts& available, std::int64_t spared) {
  const ClassCounts usable = without(available, spared);
  const auto remedy = [&](std::size_t k) {
    const auto settings = sufficient_settings(data, config, usable, 1);
    return settings ? "set " + *settings : fmt::format("add samples of class {}", k);
  };
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    if (wanted[k] > usable[k]) {
      const bool is_default = config.integer("data.largest") == 0;
      const std::string left = spared > 0 ? fmt::format(", {} of them to be left for tests", spared) : "";
      throw usage_error(
          fmt::format("data.largest = {}{} asks for {} training samples of class {}, but {} has {}{}: {}",
                      largest_of(data, config), is_default ? " (the default)" : "", wanted[k], k, data.name,
                      available[k], left, remedy(k)));
    }
    if (wanted[k] < 1) {
      throw usage_error(fmt::format("data.ratio = {} leaves class {} of {} without a training sample: {}",
                                    config.number("data.ratio"), k, data.name, remedy(k)));
    }
  }
}

void check_each_class(const DataSet& data, const ClassCounts& available) {
  const auto empty = std::find(available.begin(), available.end(), 0);
  if (empty == available.end()) return;
  throw data_error(fmt::format("{}: class {} has no training sample: is the set complete?", data.name,
                               empty - available.begin()));
}

}  // namespace

std::optional<std::string> sufficient_settings(const DataSet& data, const Config& config,
                                               const ClassCounts& available, std::int64_t least) {
  const std::int64_t named = largest_of(data, config);
  const Fall asked{named > 0 ? named : largest(available), config.number("data.ratio")};
  const std::optional<Fall> fall = sufficient_fall(config, asked, available, least);
  if (!fall) return std::nullopt;
  const bool is_other_ratio = fall->ratio != asked.ratio;
  const std::string ratio = is_other_ratio ? fmt::format("data.ratio = {}", fall->ratio) : "";
  if (fall->largest == named) return ratio;
  return fmt::format("data.largest = {}{}{}", fall->largest, is_other_ratio ? " and " : "", ratio);
}

ClassCounts wanted_counts(const DataSet& data, const Config& config, const ClassCounts& available,
                          std::int64_t spared) {
  check_each_class(data, available);
  const std::string imbalance = config.text("data.imbalance");
  if (imbalance == "own" && spared > 0) {
    throw usage_error(
        fmt::format("data.imbalance = 'own': {} has no test set, and nothing would be left to test; set "
                    "data.imbalance = 'longtail', 'step' or 'none'",
                    data.name));
  }
  if (imbalance == "own") return available;
  const Fall fall{largest_of(data, config), config.number("data.ratio")};
  if (fall.largest == 0) {
    const auto other = sufficient_settings(data, config, without(available, spared), 1);
    throw usage_error(
        fmt::format("data.imbalance = '{}': {} is imbalanced as it comes; set data.imbalance = 'own'{}", imbalance,
                    data.name, other ? ", or " + *other : ""));
  }
  ClassCounts wanted = falling_counts(config, fall, data.classes);
  check_available(data, config, wanted, available, spared);
  return wanted;
}

}  // namespace m2m::data

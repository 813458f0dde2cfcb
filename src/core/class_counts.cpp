#include "core/class_counts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace m2m {
namespace {

// Larger than the error of any library's pow, smaller than the distance between two real counts.
constexpr double rounding_tolerance = 1e-9;
// The lowest power of mu at which rounding errors push a whole number below itself: seen at 99, never at 9.
constexpr int missed_from = 50;

std::vector<double> scaled_to_sum_of_classes(std::vector<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
  return weights;
}

}  // namespace

std::int64_t total(const ClassCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::int64_t largest(const ClassCounts& counts) { return *std::max_element(counts.begin(), counts.end()); }

std::vector<int> labels_by_rank(const ClassCounts& counts) {
  std::vector<int> labels(counts.size());
  std::iota(labels.begin(), labels.end(), 0);
  std::stable_sort(labels.begin(), labels.end(), [&](int a, int b) { return counts[a] > counts[b]; });
  return labels;
}

std::vector<bool> majority_classes(const ClassCounts& counts) {
  std::vector<bool> majority(counts.size(), false);
  const std::int64_t all = total(counts);
  std::int64_t covered = 0;
  for (int label : labels_by_rank(counts)) {
    if (2 * covered > all) break;
    majority[label] = true;
    covered += counts[label];
  }
  return majority;
}

ClassCounts long_tail_counts(std::int64_t largest, double ratio, int classes, Rounding rounding) {
  ClassCounts counts(static_cast<std::size_t>(classes));
  const double mu = std::pow(1.0 / ratio, 1.0 / (classes - 1));
  for (int k = 0; k < classes; ++k) {
    const double value = static_cast<double>(largest) * std::pow(mu, k);
    const double nearest = std::round(value);
    const bool is_whole = std::abs(value - nearest) <= rounding_tolerance * nearest;
    const bool is_missed = is_whole && rounding == Rounding::truncated && k >= missed_from;
    counts[k] = static_cast<std::int64_t>(is_whole ? nearest : std::floor(value)) - (is_missed ? 1 : 0);
  }
  return counts;
}

ClassCounts step_counts(std::int64_t largest, double ratio, int classes) {
  ClassCounts counts(static_cast<std::size_t>(classes), largest);
  const auto few = static_cast<std::int64_t>(static_cast<double>(largest) / ratio * (1.0 + rounding_tolerance));
  std::fill(counts.begin() + classes / 2, counts.end(), few);
  return counts;
}

std::vector<double> inverse_weights(const ClassCounts& counts) {
  std::vector<double> weights(counts.size());
  std::transform(counts.begin(), counts.end(), weights.begin(),
                 [](std::int64_t n) { return 1.0 / static_cast<double>(n); });
  return scaled_to_sum_of_classes(std::move(weights));
}

std::vector<double> effective_number_weights(const ClassCounts& counts, double beta) {
  std::vector<double> weights(counts.size());
  std::transform(counts.begin(), counts.end(), weights.begin(),
                 [beta](std::int64_t n) { return (1.0 - beta) / (1.0 - std::pow(beta, static_cast<double>(n))); });
  return scaled_to_sum_of_classes(std::move(weights));
}

std::vector<double> long_tail_shares(const ClassCounts& counts, double ratio) {
  std::vector<double> shares(counts.size());
  const double last = std::max(static_cast<double>(counts.size()) - 1, 1.0);
  int rank = 0;
  for (const int label : labels_by_rank(counts)) shares[label] = std::pow(ratio, -rank++ / last);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  return shares;
}

std::vector<double> generalised_weights(const ClassCounts& counts, double rho) {
  const auto all = static_cast<double>(total(counts));
  std::vector<double> weights(counts.size());
  std::transform(counts.begin(), counts.end(), weights.begin(),
                 [&](std::int64_t n) { return std::pow(all / static_cast<double>(n), rho); });
  return scaled_to_sum_of_classes(std::move(weights));
}

namespace {

constexpr std::int64_t medium_max = 100;
constexpr std::int64_t medium_min = 20;

template <typename IsOne>
std::vector<bool> marked(const ClassCounts& counts, const IsOne& is_one) {
  std::vector<bool> classes;
  for (const std::int64_t count : counts) classes.push_back(is_one(count));
  return classes;
}

/// The classes whose ranks lie in [first, end).
std::vector<bool> classes_of_ranks(const ClassCounts& counts, std::size_t first, std::size_t end) {
  const std::vector<int> labels = labels_by_rank(counts);
  std::vector<bool> classes(counts.size(), false);
  for (std::size_t rank = first; rank < end; ++rank) classes[labels[rank]] = true;
  return classes;
}

}  // namespace

std::vector<ClassGroup> class_groups(const ClassCounts& counts) {
  const std::size_t all = counts.size(), third = all / 3;
  const std::vector<bool> majority = majority_classes(counts);
  std::vector<bool> minority = majority;
  minority.flip();
  return {{"majority", majority},
          {"minority", std::move(minority)},
          {"first_third", classes_of_ranks(counts, 0, third)},
          {"middle_third", classes_of_ranks(counts, third, all - third)},
          {"last_third", classes_of_ranks(counts, all - third, all)},
          {"many", marked(counts, [](std::int64_t n) { return n > medium_max; })},
          {"medium", marked(counts, [](std::int64_t n) { return n >= medium_min && n <= medium_max; })},
          {"few", marked(counts, [](std::int64_t n) { return n < medium_min; })}};
}

}  // namespace m2m

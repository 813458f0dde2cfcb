#include "core/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace m2m {
namespace {

/// What the log-odds of all classes need of a sample's logits.
struct RowSums {
  double largest;   // logit
  double sum;       // of exp(logit - largest)
  double top_odds;  // log-odds of the class with the largest logit
};

/// Sums in the order of size, so that the same logits in another order have the same sums. One class: odds of 0.
RowSums row_sums(std::vector<double> logits) {
  std::sort(logits.begin(), logits.end(), std::greater<>());
  RowSums row{logits.front(), 0, 0};
  for (const double logit : logits) row.sum += std::exp(logit - row.largest);
  if (logits.size() == 1) return row;
  double others = 0;
  for (std::size_t j = 1; j < logits.size(); ++j) others += std::exp(logits[j] - logits[1]);
  row.top_odds = row.largest - logits[1] - std::log(others);
  return row;
}

/// log(p / (1 - p)) of a class. The largest has its own sum, because sum - 1 would cancel.
double log_odds(const RowSums& row, double logit) {
  if (logit == row.largest) return row.top_odds;
  return logit - row.largest - std::log(row.sum - std::exp(logit - row.largest));
}

/// Logits and labels with the sums of each row.
struct Answers {
  std::span<const float> logits;
  std::span<const std::int32_t> labels;
  std::size_t classes;
  std::vector<RowSums> rows;
};

/// No rows if there is no sample or a logit is not finite.
Answers sum_rows(std::span<const float> logits, std::span<const std::int32_t> labels, int classes) {
  Answers answers{logits, labels, static_cast<std::size_t>(classes), {}};
  if (labels.empty() || classes == 0) return answers;
  if (!std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); })) return answers;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = logits.subspan(i * answers.classes, answers.classes);
    answers.rows.push_back(row_sums({row.begin(), row.end()}));
  }
  return answers;
}

OneAgainstRest rank_class(const Answers& answers, std::size_t label) {
  const std::size_t n = answers.rows.size();
  std::vector<double> odds(n);
  for (std::size_t i = 0; i < n; ++i) {
    odds[i] = log_odds(answers.rows[i], answers.logits[i * answers.classes + label]);
  }
  OneAgainstRest ranked{std::vector<std::int32_t>(n), std::vector<std::uint8_t>(n), std::vector<std::uint8_t>(n)};
  std::iota(ranked.order.begin(), ranked.order.end(), 0);
  std::stable_sort(ranked.order.begin(), ranked.order.end(), [&](int a, int b) { return odds[a] > odds[b]; });
  for (std::size_t rank = 0; rank < n; ++rank) {
    const std::int32_t sample = ranked.order[rank];
    ranked.is_positive[rank] = static_cast<std::size_t>(answers.labels[sample]) == label;
    ranked.is_last_tied[rank] = rank + 1 == n || odds[ranked.order[rank + 1]] < odds[sample];
  }
  return ranked;
}

/// Samples of a class and others, weighted.
struct Split {
  double positive = 0, negative = 0;
};

}  // namespace

std::vector<OneAgainstRest> rank_by_class(std::span<const float> logits, std::span<const std::int32_t> labels,
                                          int classes) {
  const Answers answers = sum_rows(logits, labels, classes);
  std::vector<OneAgainstRest> ranked;
  if (answers.rows.empty()) return ranked;
  for (std::size_t k = 0; k < answers.classes; ++k) ranked.push_back(rank_class(answers, k));
  return ranked;
}

RankingQuality measure_ranking(const OneAgainstRest& ranked, std::span<const std::uint32_t> weights) {
  Split above, tied;  // strictly larger probabilities, and equal ones
  double pairs = 0, precisions = 0;
  for (std::size_t rank = 0; rank < ranked.order.size(); ++rank) {
    const double weight = weights.empty() ? 1 : weights[ranked.order[rank]];
    (ranked.is_positive[rank] != 0 ? tied.positive : tied.negative) += weight;
    if (ranked.is_last_tied[rank] == 0) continue;
    pairs += tied.negative * (above.positive + tied.positive / 2);
    above.positive += tied.positive;
    above.negative += tied.negative;
    if (tied.positive > 0) precisions += tied.positive * above.positive / (above.positive + above.negative);
    tied = {};
  }
  RankingQuality quality;
  if (above.positive == 0) return quality;
  quality.average_precision = precisions / above.positive;
  if (above.negative > 0) quality.auroc = pairs / (above.positive * above.negative);
  return quality;
}

Ranking ranking_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels, int classes) {
  const Answers answers = sum_rows(logits, labels, classes);
  const std::vector<double> none(static_cast<std::size_t>(classes), std::numeric_limits<double>::quiet_NaN());
  Ranking ranking{none, none};
  if (answers.rows.empty()) return ranking;
  for (std::size_t k = 0; k < answers.classes; ++k) {
    const RankingQuality quality = measure_ranking(rank_class(answers, k));
    ranking.auroc[k] = quality.auroc;
    ranking.average_precision[k] = quality.average_precision;
  }
  return ranking;
}

}  // namespace m2m

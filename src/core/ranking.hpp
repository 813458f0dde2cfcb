#pragma once
// How well the probabilities of a classifier rank the samples of a class above all others: AUROC and average
// precision.
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace m2m {

/// The quality of the ranking by each class's probability, [K] each; NaN if it is not defined.
struct Ranking {
  std::vector<double> auroc;              // of samples of class k against all others
  std::vector<double> average_precision;  // of samples of class k
};

/// The samples in descending order of the probability of one class, [n] each.
struct OneAgainstRest {
  std::vector<std::int32_t> order;         // indices of samples
  std::vector<std::uint8_t> is_positive;   // 1 if the sample at this rank is of the class
  std::vector<std::uint8_t> is_last_tied;  // 1 unless the sample at the next rank has the same probability
};

/// Ranks samples by the softmax probability of each class, [K]. logits: [n, classes] row-major; labels: [n] of
/// 0 .. classes - 1. Returns an empty vector if there is no sample or a logit is not finite. Pure.
///
/// The order is that of the log-odds log(p_k / (1 - p_k)), so that probabilities that round to 1 keep their order.
/// Rows with the same differences between their logits tie exactly.
std::vector<OneAgainstRest> rank_by_class(std::span<const float> logits, std::span<const std::int32_t> labels,
                                          int classes);

/// The quality of one ranking.
struct RankingQuality {
  double auroc = std::numeric_limits<double>::quiet_NaN();
  double average_precision = std::numeric_limits<double>::quiet_NaN();
};

/// Measures a ranking in which sample i counts weights[i] times; once if `weights` is empty. Pure.
///
/// * AUROC: the probability that a sample of the class ranks above one of another class, a tie counting half: the
///   statistic of Mann and Whitney. NaN if there are no samples of the class, or of another.
/// * Average precision: sum_j (R_j - R_{j-1}) P_j over the distinct probabilities, from the largest, with R_j and
/// P_j
///   the recall and precision of the samples down to the j-th. NaN if there are no samples of the class.
RankingQuality measure_ranking(const OneAgainstRest& ranked, std::span<const std::uint32_t> weights = {});

/// Measures the rankings of all classes by measure_ranking; one at a time, so that it needs memory for one. All are
/// NaN if there is no sample or a logit is not finite. Pure.
Ranking ranking_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels, int classes);

}  // namespace m2m

#pragma once
// The authors' program beside ours: medians, ratios and the table of them. Pure arithmetic.
#include <map>
#include <string>
#include <vector>

#include "bench/measurement.hpp"
#include "core/config.hpp"

namespace m2m::bench {

/// The methods that are compared.
inline constexpr const char* compared_methods[] = {"ERM", "M2m"};

/// One program in one precision, and what its runs measured, by method.
struct Contender {
  std::string name;  // a column of the table
  std::map<std::string, std::vector<Measurement>> runs;
};

/// One quantity, its median over the runs for each contender.
struct ComparisonRow {
  std::string quantity;         // "M2m step"
  std::string unit;             // "s" or "MB"
  std::vector<double> medians;  // in the order of the contenders
  bool computed = false;        // from other medians, not measured itself
};

/// Step, epoch, peak memory and start-up of every method that all contenders have runs of.
///
/// An epoch is computed: steps_per_epoch times the median step and one evaluation of the validation images.
std::vector<ComparisonRow> comparison_rows(const std::vector<Contender>& contenders, int steps_per_epoch);

/// How many times slower the first contender, the authors' program, is than contender `index`.
double ratio(const ComparisonRow& row, std::size_t index);

/// Rows as text for people, ratios in brackets, with the footnote that computed rows need.
std::string comparison_table(const std::vector<Contender>& contenders, const std::vector<ComparisonRow>& rows,
                             int steps_per_epoch);

/// Rows with medians and ratios, and every run of every contender.
Json comparison_json(const std::vector<Contender>& contenders, const std::vector<ComparisonRow>& rows);

}  // namespace m2m::bench

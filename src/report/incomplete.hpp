#pragma once
// The sentences below a table about the trials it lacks.
#include <string>
#include <vector>

#include "report/table.hpp"

namespace m2m::report {

/// How many digits of an id tell a study's trials apart, at least four.
struct IdPrefix {
  std::size_t digits = 4;
};
IdPrefix unique_prefix(const results::StudyResults& results);

/// "M2m on CIFAR-LT-10 rho=100: 1 of 10 trials diverged: 77d0.. (loss is not a number at epoch 3)", a sentence for
/// each cause among these trials of one cell, `where`.
std::vector<std::string> what_is_missing(const std::vector<const results::TrialOutcome*>& trials,
                                         const std::string& where, Selection selection, IdPrefix prefix);

}  // namespace m2m::report

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

// The sentences below a table about classes without test samples.

/// "DATA: class 2 of 3 has no test sample: ..." for each data setting of which a result at that epoch lacks
/// classes; each sentence once, in the order of the study. Pure.
std::vector<std::string> untested_notes(const results::StudyResults& results, Selection selection);

/// Adds a note unless it is empty or there already.
void note_once(std::vector<std::string>& notes, const std::string& note);

}  // namespace m2m::report

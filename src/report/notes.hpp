#pragma once
// Sentences below a table about what its numbers lack: trials without a result, classes without test samples.
#include <cstddef>
#include <string>
#include <vector>

#include "report/groups.hpp"

namespace m2m::report {

/// The number of digits of an id that a sentence shows.
struct IdPrefix {
  std::size_t digits = 4;
};

/// The fewest digits that tell the trials of a study apart, at least four. Pure.
IdPrefix unique_prefix(const results::StudyResults& results);

/// Names the trials of a group that do not count, a sentence per cause: "M2m on CIFAR-LT-10 rho=100: 1 of 10 trials
/// diverged: 77d0.. (loss is not a number at epoch 3)". `location` begins each sentence. Pure.
std::vector<std::string> missing_notes(const Group& group, const std::string& location, Selection selection,
                                       IdPrefix prefix);

/// Names the classes without test samples, for each data setting with a result at the selected epoch that lacks
/// any: "DATA: class 2 of 3 has no test sample: ...". Each sentence once, in the order of the study. Pure.
std::vector<std::string> untested_notes(const results::StudyResults& results, Selection selection);

/// Adds a note unless the list has it already.
void add_once(std::vector<std::string>& notes, const std::string& note);

}  // namespace m2m::report

#pragma once
// The sentences below a table about classes without test samples.
#include <string>
#include <vector>

#include "report/table.hpp"

namespace m2m::report {

/// "DATA: class 2 of 3 has no test sample: ..." for each data setting of which a result at that epoch lacks
/// classes; each sentence once, in the order of the study. Pure.
std::vector<std::string> untested_notes(const results::StudyResults& results, Selection selection);

/// Adds a note unless it is empty or there already.
void note_once(std::vector<std::string>& notes, const std::string& note);

}  // namespace m2m::report

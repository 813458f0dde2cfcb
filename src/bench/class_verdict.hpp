#pragma once
// The verdict on a run of a problem class: the reasons for which it does not count.
#include <string>
#include <vector>

#include "bench/class_results.hpp"
#include "bench/problem_class.hpp"
#include "results/study_results.hpp"

namespace m2m::bench {

/// The reasons for which results are not a valid run of a class, a sentence each; empty if they are. They are
/// about, in this order:
///
/// - the plan: every trial of the class, with its settings, and no other;
/// - trials that are not done;
/// - accuracy: windows, orders, and methods that did nothing;
/// - one machine, revision and arithmetic for all trials;
/// - the time: a share of busy time above 1 means that trials were not trained in the measured time.
///
/// Pure. Throws Error (usage) if the trials have a precision that does not exist.
std::vector<std::string> reasons_to_fail(const ProblemClass& problem, const results::StudyResults& results,
                                         const ClassFigures& figures);

}  // namespace m2m::bench

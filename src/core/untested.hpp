#pragma once
// Classes without a sample to test or validate on, and the sentence that says so.
#include <string>
#include <vector>

#include "core/metrics.hpp"

namespace m2m {

/// Labels of the classes without samples, in order. Pure.
std::vector<int> untested_classes(const ClassCounts& samples);
/// Likewise, of a confusion matrix. Pure.
std::vector<int> untested_classes(const Confusion& confusion);

/// "classes 2, 7 of 10 have no test sample: their recall is not defined, and bACC, GM and groups of classes are
/// means over the other 8"; "" if `untested` is empty. Names the first ten. part: "test". Pure.
std::string untested_note(const std::vector<int>& untested, int classes, const std::string& part);

}  // namespace m2m

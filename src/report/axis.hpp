#pragma once
// What a table's rows or columns go by: labels, data settings, or any setting.
#include <string>

#include "report/table.hpp"

namespace m2m::report {

/// What the trial has on this axis: its label ("label"), the name of its data setting ("data"), or the text of the
/// setting of that name ("m2m.pool"), "none" where it has no such setting. Pure.
std::string axis_value(const std::string& axis, const results::PlannedTrial& trial);

/// What one of the options' axes is called at the head of its column: its own name, but labels are "method" where
/// the other axis is not.
std::string axis_name(const TableOptions& options, const std::string& axis);

/// A value where its axis is not told beside it: "M2m", "CIFAR-LT-10 rho=100", "m2m.pool=5".
std::string axis_title(const std::string& axis, const std::string& value);

/// Throws Error (usage) where an axis of the options is neither label nor data nor a setting that a trial has,
/// naming the nearest; where both are the same; and where options.choose goes with other axes than its own.
void check_axes(const results::StudyResults& results, const TableOptions& options);

/// Whether rows are labels and columns data settings.
bool has_standard_axes(const TableOptions& options);

}  // namespace m2m::report

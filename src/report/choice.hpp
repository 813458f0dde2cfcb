#pragma once
// The choice between the settings of a method by validation.
#include <string>

#include "report/cells.hpp"

namespace m2m::report {

/// Makes the cell of a method on one data setting from all of its trials there: that of the label with the highest
/// mean validation bACC over trials, or over seeds if folds are pooled. On a tie the first label of the study wins.
///
/// The notes tell what each label lacks, not only the chosen one. Test results of folds are not shown: trials that
/// differ in data.fold alone are pooled, as a fold may have one sample of the smallest class, or none. Pure.
/// Throws Error (usage) as make_cell does, and if labels validate on different sets (see why_not_choose); bad_data
/// if the folds of a seed differ in their number of classes.
TableCell chosen_cell(const Group& group, const std::string& method, const std::string& column,
                      const TableOptions& options, IdPrefix prefix);

/// Throws Error (usage) if a study has trials, but none with a validation set.
void check_choosable(const results::StudyResults& results);

}  // namespace m2m::report

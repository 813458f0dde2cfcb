#pragma once
// Which of a method's settings is shown: the one that validates best.
#include <string>

#include "report/cell.hpp"

namespace m2m::report {

/// The cell of a method on one data setting, of the label whose mean validation bACC is the highest over its
/// trials, or pooled seeds; the first in the order of the study on a tie. `group` is all of the method's trials
/// there.
///
/// The table is told what each label lacks, not only the chosen one. Test results of folds are not shown.
/// Throws Error (usage) as cell_of does, and where labels validate on different sets (see why_not_choose).
TableCell chosen_cell(ResultTable& table, const Group& group, const std::string& method, const std::string& column,
                      IdPrefix prefix);

/// Throws Error (usage) where a study has trials, and none of them has a validation set.
void check_choosable(const results::StudyResults& results);

}  // namespace m2m::report

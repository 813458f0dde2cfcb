#pragma once
// Which of a method's settings is shown: the one that validates best.
#include <string>
#include <vector>

#include "report/cells.hpp"

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

// How well trials of one label validate, their folds put together.

/// Validation results: of a trial each, or of a seed each where its folds are pooled.
struct Validation {
  int planned = 0;
  Estimate bacc, gm;         // in %
  bool pools_folds = false;  // a seed's confusion matrices were added up before bACC and GM were taken
  int classes = 0;
  std::vector<int> untested;         // labels of classes without validation samples in any of the results
  std::vector<std::string> lacking;  // "seed 2 lacks fold 3 of 5": folds without a result, planned or not
  bool complete() const { return bacc.n == planned && lacking.empty(); }
};

/// Of the options' epoch; GM as the options have it. Trials that differ in data.fold alone are pooled, as a fold
/// may have one sample of the smallest class, or none. Pure. Throws Error (bad_data) where the folds of a seed do
/// not have the same number of classes.
Validation validation_of(const Group& trials, const TableOptions& options);

}  // namespace m2m::report

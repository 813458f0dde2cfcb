#pragma once
// What a table or an analysis is asked for.
#include <string>
#include <vector>

namespace m2m::report {

/// Which epoch of a trial counts.
enum class Selection { last, best };

/// What a class of zero recall does to GM: makes it 0, or is left out (as in some published reruns).
enum class GmKind { zero, nonzero };

/// Options of the tables and analyses of m2m-report.
struct TableOptions {
  Selection selection = Selection::last;
  GmKind gm = GmKind::zero;
  bool allow_mixed = false;  // average or compare trials although they differ
  bool choose = false;       // a row per method, of the setting that validates best, instead of a row per label
  std::string rows = "label", columns = "data";       // axes: label, data, or the name of a setting
  std::vector<std::string> metrics = {"bacc", "gm"};  // what a cell shows, by the names of table_metrics
  int resamples = 0;  // of the test set, for an interval of each mean; 0: no intervals
};

/// Names an epoch: "last epoch", "best validation epoch".
inline const char* to_text(Selection selection) {
  return selection == Selection::last ? "last epoch" : "best validation epoch";
}

/// Names a kind of GM: "GM", "GM without classes of zero recall".
inline const char* to_text(GmKind gm) { return gm == GmKind::zero ? "GM" : "GM without classes of zero recall"; }

}  // namespace m2m::report

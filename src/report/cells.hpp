#pragma once
// A table's cell from the trials that belong to it.
#include <set>

#include "report/groups.hpp"
#include "report/notes.hpp"
#include "report/table.hpp"

namespace m2m::report {

/// Adds the fact's value to those known under its name.
void add_fact(std::vector<Fact>& facts, const Fact& fact);

/// The cell's counts, facts, and means over seeds on the test set. The table is told what the cell lacks, `where`.
/// Throws Error (usage) where these trials must not be averaged (see why_not_average, which knows `may_differ`) and
/// the table's options do not say allow_mixed.
TableCell cell_of(ResultTable& table, const Group& group, const std::string& where, IdPrefix prefix,
                  const std::set<std::string>& may_differ = {});

/// Where there is a reason not to, notes "averaged all the same: why", or what else was `done`.
/// Throws Error (usage) with it where mixtures are not allowed.
void refuse_or_note(std::vector<std::string>& notes, bool allow_mixed, const std::optional<std::string>& why,
                    const char* done);

}  // namespace m2m::report

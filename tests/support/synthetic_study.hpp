#pragma once
// Synthetic output folders with all that a table may meet.
#include <vector>

#include "results/output_folder.hpp"

namespace m2m::testing {

/// Makes a study on CIFAR-LT-10 rho=100 and digits step rho=20, merged into results.h5. Its methods: ERM (3
/// seeds), DRS (one seed), M2m (4 seeds: one diverged, one missing), "M2m, lambda=0 | b" (2 seeds, both with a
/// class of zero recall; CIFAR only) and RS (one seed, failed). One trial of ERM is planned again under its own
/// and another label. mixed: one trial of M2m has the other protocol.
void make_study(const results::OutputFolder& out, bool mixed = false);

/// Makes a study on CIFAR-LT-10 rho=100 with three classes, merged into results.h5. The classes `untested`
/// (labels) have no test sample. Its methods: ERM (two seeds), DRS and "RS, perfect" (one seed each).
void make_untested_study(const results::OutputFolder& out, const std::vector<int>& untested = {2});

}  // namespace m2m::testing

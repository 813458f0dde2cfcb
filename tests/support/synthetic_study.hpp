#pragma once
// A made-up output folder with everything a table has to cope with.
#include <vector>

#include "results/output_folder.hpp"

namespace m2m::testing {

/// Two data settings (CIFAR-LT-10 rho=100, digits step rho=20) and the methods ERM (3 seeds), DRS (one seed), M2m
/// (4 seeds: one diverged, one missing), "M2m, lambda=0 | b" (2 seeds, both with a class of zero recall; CIFAR
/// only) and RS (one seed, failed), and one of ERM's trials once more under its own and another label. Merged into
/// results.h5. mixed: one of M2m's trials was made under the other protocol.
void make_study(const results::OutputFolder& out, bool mixed = false);

/// Three methods on CIFAR-LT-10 rho=100 in three classes, of which `untested` (labels) have no test sample: ERM two
/// seeds, DRS and "RS, perfect" one. Merged into results.h5.
void make_untested_study(const results::OutputFolder& out, const std::vector<int>& untested = {2});

}  // namespace m2m::testing

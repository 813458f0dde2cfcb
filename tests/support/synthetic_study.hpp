#pragma once
// Synthetic output folders with everything that a table has to handle.
#include <cstdint>
#include <vector>

#include "results/output_folder.hpp"

namespace m2m::testing {

/// Writes a study of two data settings (CIFAR-LT-10 rho=100, digits step rho=20) and the methods ERM (3 seeds), DRS
/// (one seed), M2m (4 seeds: one diverged, one missing), "M2m, lambda=0 | b" (2 seeds, both with a class of zero
/// recall; CIFAR only) and RS (one seed, failed), and one of ERM's trials once more under its own and another
/// label. Merged into results.h5. mixed: one of M2m's trials has the other protocol.
void make_study(const results::OutputFolder& out, bool mixed = false);

/// Writes a study of three methods on CIFAR-LT-10 rho=100 in three classes, of which `untested` (labels) have no
/// test sample: ERM two seeds, DRS and "RS, perfect" one. Merged into results.h5.
void make_untested_study(const results::OutputFolder& out, const std::vector<int>& untested = {2});

/// The logits of scored_study, [70, 5] row-major: quarters with many ties; class 4 is never predicted. Labels are
/// scored_labels().
std::vector<float> scored_logits(int seed);
/// Labels of 70 test samples: 30 of class 0, 20 of class 1, 10 of class 2, none of class 3, 10 of class 4.
std::vector<std::int32_t> scored_labels();

/// Writes a study whose confusion matrices are those of its logits, on CIFAR-LT-10 rho=100 in five classes: ERM
/// three seeds, DRS one, and M2m two, of which the last epoch of one has an infinite logit. Merged into results.h5.
void make_scored_study(const results::OutputFolder& out);

}  // namespace m2m::testing

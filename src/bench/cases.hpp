#pragma once
// The cases of m2m-bench. Each function registers a few; all of them check their results after timing.
#include <memory>

#include "bench/workbench.hpp"

namespace m2m::bench {

/// Planning an epoch with its translations; gathering and augmenting 128 images.
void add_data_cases(const std::shared_ptr<Workbench>& bench);
/// A step of ERM and of M2m, in the middle of an epoch, batches of 32 to 512.
void add_step_cases(const std::shared_ptr<Workbench>& bench);
/// An iteration of a translation, and a whole one, of 76 images.
void add_translation_cases(const std::shared_ptr<Workbench>& bench);
/// An evaluation of 9,000 images.
void add_evaluation_cases(const std::shared_ptr<Workbench>& bench);
/// A checkpoint and a result file, written and read back.
void add_file_cases(const std::shared_ptr<Workbench>& bench);

}  // namespace m2m::bench

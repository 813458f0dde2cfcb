#pragma once
// A stage that threw is tried again, for failures that pass: a device that was lost, a file that was not there yet.
#include "results/layout.hpp"
#include "study/stage.hpp"

namespace m2m::sweep {

/// `run`, with up to max_retries further tries of a stage that throws; it goes on from what it left behind. A
/// WriteError is not tried again and not counted.
///
/// is_alone: this rank runs trials by itself, and tries again at once. In a group the exception leaves (it ends the
/// job, as others wait for this rank), but not before it is noted in the stage's folder: the runs that follow try
/// again, and once the tries are used up the stage fails without being run.
study::RunStage with_retries(study::RunStage run, const results::OutputFolder& out, int max_retries, bool is_alone);

}  // namespace m2m::sweep

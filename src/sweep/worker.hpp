#pragma once
// A worker: runs on its rank what the coordinator sends.
#include <functional>
#include <string>

#include "dist/messages/mailbox.hpp"
#include "sweep/stage.hpp"
#include "sweep/stop_reason.hpp"

namespace m2m {

/// Ends the job because a stage threw on a rank that others of its group may wait for.
using EndJob = std::function<void(const Stage& stage, const StageResult& failure)>;

struct WorkerSettings {
  std::string place;                        // "host a17", for people
  std::function<StopReason()> stop_wanted;  // what this process was asked for
  double report_every = 0.5;                // seconds between progress messages, at least
  EndJob end_job = {};                      // empty: this rank is a group by itself
};

/// Runs stages until told to leave. Sleeps while it waits. What escapes from `run` is sent as a failure of that
/// stage, or ends the job. Throws Error (input_output) only where message passing fails.
void work(Mailbox& mail, const RunStage& run, const WorkerSettings& settings);

}  // namespace m2m

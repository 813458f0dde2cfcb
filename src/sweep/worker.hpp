#pragma once
// A worker: runs on its rank what the coordinator sends.
#include <functional>
#include <string>

#include "dist/messages/mailbox.hpp"
#include "sweep/stage.hpp"
#include "sweep/stop_reason.hpp"

namespace m2m {

struct WorkerSettings {
  std::string place;                        // "host a17", for people
  std::function<StopReason()> stop_wanted;  // what this process was asked for
  double report_every = 0.5;                // seconds between progress messages, at least
};

/// Runs stages until told to leave. Sleeps while it waits. What escapes from `run` is sent as a failure of that
/// stage. Throws Error (input_output) only where message passing fails.
void work(Mailbox& mail, const RunStage& run, const WorkerSettings& settings);

}  // namespace m2m

#pragma once
// A worker: runs on its rank the stages that the coordinator assigns.
#include <functional>
#include <string>

#include "comm/messages/mailbox.hpp"
#include "study/stage.hpp"
#include "sweep/admission.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// Ends the job, because a stage threw on a rank for which other ranks of its group may wait.
using AbortJobFn = std::function<void(const study::Stage& stage, const study::StageResult& failure)>;

/// How a rank runs stages.
struct WorkerJob {
  study::RunFn run;                           // with several slots, called by several threads at once
  AbortJobFn abort_job = {};                  // empty: this rank is alone in its group
  int slots = 1;                              // stages that run at once; if more than one, abort_job is empty
  std::function<DeviceMemory()> memory = {};  // of the device; thread-safe; empty: there is always enough
  double stall_timeout = 0;                   // seconds; 0: no signs of life are sent or expected
  std::function<void(double seconds)> end_job = {};  // the coordinator was silent for longer
};

struct WorkerSettings {
  std::string host;                            // "host a17", for the log
  std::function<StopReason()> stop_requested;  // from a signal to this process
  double progress_interval = 0.5;              // minimum seconds between progress messages of a stage
  double admission_interval = 0.5;             // minimum seconds between measurements of free memory
};

/// Runs stages until Shutdown: slot 0 in the calling thread, each further slot in a thread of its own. A slot sends
/// Ready once it is admitted (admission.hpp), so an assigned stage never waits for memory. All threads sleep while
/// they wait; one of them at a time uses `mail`.
///
/// An exception from `job.run` becomes the result of its stage (unsaved for a WriteError, failed otherwise), or
/// ends the job; other slots go on. Throws Error (input_output) if message passing fails.
void run_worker(comm::Mailbox& mail, const WorkerJob& job, const WorkerSettings& settings);

}  // namespace m2m::sweep

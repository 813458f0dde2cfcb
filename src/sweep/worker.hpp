#pragma once
// A worker: runs on its rank what the coordinator sends.
#include <functional>
#include <string>

#include "comm/messages/mailbox.hpp"
#include "study/stage.hpp"
#include "sweep/admission.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// Ends the job because a stage threw on a rank that others of its group may wait for.
using AbortJobFn = std::function<void(const study::Stage& stage, const study::StageResult& failure)>;

/// What a rank runs stages with.
struct WorkerJob {
  study::RunFn run;                           // with several seats, called by several threads at once
  AbortJobFn abort_job = {};                  // empty: this rank is a group by itself
  int slots = 1;                              // how many stages run at once; more than one: abort_job is empty
  std::function<DeviceMemory()> memory = {};  // of the device; thread-safe; empty: there is enough for all seats
};

struct WorkerSettings {
  std::string host;                            // "host a17", for people
  std::function<StopReason()> stop_requested;  // what this process was asked for
  double progress_interval = 0.5;              // seconds between progress messages of a stage, at least
  double admission_interval = 0.5;             // seconds between looks for memory that others have freed, at least
};

/// Runs stages until told to leave: in the calling thread, and in a thread more for each further seat. A seat says
/// Here once its stage is admitted (admission.hpp), so none is sent to a seat that would keep it waiting. All
/// threads sleep while they wait; `mail` is used by one of them at a time.
///
/// What escapes from `work.run` is sent as the end of that stage (a WriteError as unsaved, all else as failed), or
/// ends the job; other seats go on. Throws
/// Error (input_output) only where message passing fails.
void run_worker(comm::Mailbox& mail, const WorkerJob& job, const WorkerSettings& settings);

}  // namespace m2m::sweep

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
using EndJob = std::function<void(const study::Stage& stage, const study::StageResult& failure)>;

/// What a rank runs stages with.
struct StageWork {
  study::RunStage run;                        // with several seats, called by several threads at once
  EndJob end_job = {};                        // empty: this rank is a group by itself
  int seats = 1;                              // how many stages run at once; more than one: end_job is empty
  std::function<DeviceMemory()> memory = {};  // of the device; thread-safe; empty: there is enough for all seats
};

struct WorkerSettings {
  std::string place;                        // "host a17", for people
  std::function<StopReason()> stop_wanted;  // what this process was asked for
  double report_every = 0.5;                // seconds between progress messages of a stage, at least
  double admit_every = 0.5;                 // seconds between looks for memory that others have freed, at least
};

/// Runs stages until told to leave: in the calling thread, and in a thread more for each further seat. A seat says
/// Here once its stage is admitted (admission.hpp), so none is sent to a seat that would keep it waiting. All
/// threads sleep while they wait; `mail` is used by one of them at a time.
///
/// What escapes from `work.run` is sent as the end of that stage (a WriteError as unsaved, all else as failed), or
/// ends the job; other seats go on. Throws
/// Error (input_output) only where message passing fails.
void work(comm::Mailbox& mail, const StageWork& work, const WorkerSettings& settings);

}  // namespace m2m::sweep

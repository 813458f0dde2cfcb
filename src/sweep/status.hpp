#pragma once
// The status of the trials of an output folder, read from its files, for another shell or after a crash.
#include <string>
#include <vector>

#include "core/config.hpp"
#include "results/output_folder.hpp"

namespace m2m::sweep {

/// State of a stage, as its files show it.
enum class LiveStatus {
  done,         // its files exist and can be read
  running,      // started by the running sweep of this folder; a g or prefix: by the sweep that has its lock
  interrupted,  // started, and no sweep runs it now
  failed,       // or its result cannot be read
  diverged,     // the loss was not finite
  waiting,
};

/// Gives "done", "running" ...
const char* to_text(LiveStatus state);

/// Status of a stage.
struct StageStatusLine {
  std::string id, kind, label;  // kind: "trial", "g", "prefix"; the label includes data and seed
  LiveStatus state = LiveStatus::waiting;
  std::string reason;  // why it failed
  int epoch = 0;       // epochs done
  int epochs = 0;
  double loss = 0, validation_bacc = 0;  // of the last epoch done; NaN: not measured
  double idle_seconds = 0;               // seconds since its journal last grew
  double seconds_left = 0;  // if all epochs take as long as the last one; NaN: it does not run, or unknown
};

struct StudyStatus {
  std::string name;
  std::string sweep;                    // "process 4711 on host a17" if its heartbeat is recent; else empty
  std::vector<StageStatusLine> trials;  // as planned, each once
  std::vector<StageStatusLine> stages;  // the g and prefixes that the trials need
  bool only_merged = false;             // read from results.h5, since study.json or the files of trials are missing
  double seconds_per_trial = 0;         // between the latest results; NaN: fewer than two

  int count(LiveStatus state) const;  // of the trials
};

/// Reads study.json, journals and results, or results.h5 if nothing else was kept; writes nothing. Local. Throws
/// Error: usage if no sweep has planned anything in the folder, input_output and bad_data as
/// results::read_planned_study and read_results_file do.
StudyStatus read_status(const results::OutputFolder& out);

/// Text of a status: a line of counts, one of counts of the shared stages, one about the sweep, and one for each
/// stage that runs, was interrupted, failed or diverged. Shared stages appear only while trials are left.
std::string status_text(const StudyStatus& status);
/// JSON of a status; times in seconds.
Json status_json(const StudyStatus& status);

}  // namespace m2m::sweep

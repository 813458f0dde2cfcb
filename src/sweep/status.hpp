#pragma once
// Where the trials of an output folder are, for whoever looks in from another shell, or after a crash.
#include <string>
#include <vector>

#include "core/config.hpp"
#include "results/output_folder.hpp"

namespace m2m::sweep {

enum class LiveStatus {
  done,         // its files are there, and can be read
  running,      // begun by the sweep that works here; of a g or prefix: by whichever sweep holds its folder
  interrupted,  // begun, and nobody goes on with it now
  failed,       // or its result cannot be read
  diverged,     // the loss was not a number
  waiting,
};

/// "done", "running" ...
const char* to_text(LiveStatus state);

struct StageStatusLine {
  std::string id, kind, label;  // kind: "trial", "g", "prefix"; the label with its data and seed
  LiveStatus state = LiveStatus::waiting;
  std::string reason;  // why it failed
  int epoch = 0;       // epochs done
  int epochs = 0;
  double loss = 0, validation_bacc = 0;  // of the last epoch done; NaN: not measured
  double idle_seconds = 0;               // since its journal last grew
  double seconds_left = 0;  // while it runs, if all epochs take as long as the last one; NaN: not known
};

struct StudyStatus {
  std::string name;
  std::string sweep;                    // "process 4711 on host a17" where one gives signs of life; else empty
  std::vector<StageStatusLine> trials;  // as planned, each once
  std::vector<StageStatusLine> stages;  // the g and prefixes that they share
  double seconds_per_trial = 0;         // between two results of late; NaN: there are not two

  int count(LiveStatus state) const;  // of the trials
};

/// Reads study.json, journals and results; touches nothing. Local.
/// Throws Error: usage where no sweep has planned anything in the folder, input_output and bad_data as
/// read_planned_study does.
StudyStatus read_status(const results::OutputFolder& out);

/// A line of counts, one of those of the shared stages, one about the sweep, and one for each stage and trial begun
/// or failed; of shared stages only while trials are left.
std::string status_text(const StudyStatus& status);
Json status_json(const StudyStatus& status);

}  // namespace m2m::sweep

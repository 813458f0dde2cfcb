#pragma once
// Where the trials of an output folder are, for whoever looks in from another shell, or after a crash.
#include <string>
#include <vector>

#include "core/config.hpp"
#include "results/layout.hpp"

namespace m2m {

enum class TrialStanding {
  done,
  running,      // its journal grows, and a sweep holds the folder
  interrupted,  // begun, and nobody goes on with it now
  failed,
  diverged,  // the loss was not a number
  waiting,
};

/// "done", "running" ...
const char* state_name(TrialStanding state);

struct TrialProgress {
  std::string id, label;  // with its data and seed
  TrialStanding state = TrialStanding::waiting;
  std::string reason;  // why it failed
  int epoch = 0;       // epochs done
  int epochs = 0;
  double loss = 0, validation_bacc = 0;  // of the last epoch done; NaN: not measured
  double quiet_seconds = 0;              // since its journal last grew
};

struct StudyStatus {
  std::string name;
  std::string sweep;                  // "process 4711 on host a17" where one gives signs of life; else empty
  std::vector<TrialProgress> trials;  // as planned, each once
  double seconds_per_trial = 0;       // between two results of late; NaN: there are not two

  int count(TrialStanding state) const;
};

/// Reads study.json, journals and result files' times; touches nothing. Local.
/// Throws Error: usage where no sweep has planned anything in the folder, input_output and bad_data as read_study
/// does.
StudyStatus read_status(const OutputFolder& out);

/// A line of counts, one about the sweep, one for each trial begun or failed.
std::string status_text(const StudyStatus& status);
Json status_json(const StudyStatus& status);

}  // namespace m2m

#pragma once
// The numbers of a run of a problem class: figure of merit, share of busy time, accuracy and time to a given
// accuracy, from the records of its trials. docs/benchmark_rules.md defines them.
#include <string>
#include <vector>

#include "bench/problem_class.hpp"
#include "report/statistics.hpp"
#include "results/study_results.hpp"

namespace m2m::bench {

/// The time of a g or a prefix, by its stage.json.
struct StageSeconds {
  std::string id;
  std::string kind;  // "g" or "prefix"
  double seconds = 0;
};

/// What is known of a run besides the records of its trials.
struct RunFacts {
  double wall_seconds = 0;  // of every run of m2m-sweep in the folder, from its start to its end
  int devices = 0;          // that the run was given; 0: those that its ranks occupy
  int gpus_per_host = 0;    // visible to a rank
  std::vector<StageSeconds> stages;
};

/// What the trials were trained on, as their records name it. More than one value: they differ.
struct UsedMachine {
  std::vector<int> ranks, hosts, threads;
  std::vector<std::string> processors, gpus, kernels, precisions, revisions;
  int trials_per_device = 1;         // the largest number
  bool is_dirty = false;             // a trial is from a changed tree
  std::vector<std::string> notices;  // about the data
};

/// Accuracy and time of the trials of a label.
struct MethodFigures {
  std::string label;
  report::Estimate bacc;      // on the test set after the last epoch, in %
  int reached = 0;            // trials whose validation bACC reached the target
  double target_seconds = 0;  // median over these, with the time of g; NaN if there are none
};

struct ClassFigures {
  int trials = 0;  // that are done
  UsedMachine used;
  int devices = 0;           // GPUs, or cores with a thread
  int occupied_devices = 0;  // by its ranks: at most `devices`
  int slots = 0;             // worker slots: ranks times trials per device
  double wall_seconds = 0;
  double trials_per_device_hour = 0;   // the figure of merit; 0 if it is not defined
  double busy = 0;                     // share of the worker slots' time that was spent in stages
  std::vector<MethodFigures> methods;  // in the order of the class's windows
};

/// Trials per device-hour: trials / (devices * wall_seconds / 3600); 0 without devices or time. Pure.
double figure_of_merit(int trials, int devices, double wall_seconds);

/// Seconds from the start of a trial to the end of the first epoch whose validation bACC reaches `target`, in %.
/// Counts training and evaluation, also those of the trial's prefix. NaN if no epoch reaches it. Pure.
double seconds_to_target(const std::vector<results::EpochRecord>& epochs, double target);

/// The numbers of a class. Trials that are not done are left out; the verdict names them. Pure.
ClassFigures class_figures(const ProblemClass& problem, const results::StudyResults& results,
                           const RunFacts& facts);

}  // namespace m2m::bench

#pragma once
// A job script for Slurm that runs a study.
#include <string>
#include <vector>

namespace m2m::sweep {

/// What the script asks Slurm for, and what it runs.
struct SlurmJob {
  std::string name;                // of the study
  std::vector<std::string> words;  // study, settings and options, as m2m-sweep takes them
  std::string out;                 // output folder of the whole study; an array joins its parts there
  int nodes = 1;
  int gpus_per_node = 0;          // 0: none
  int ntasks_per_node = 0;        // 0: one per GPU, or one
  std::string time = "24:00:00";  // in a format of sbatch
  int array = 0;                  // jobs that share the study; 0: no array
  int ranks_per_trial = 1;        // of `words`: so many ranks the job needs
};

/// Checks a job. Throws Error (usage) if a number is too small, a trial needs more ranks than the job
/// has, or the time has no format of Slurm.
void check(const SlurmJob& job);

/// Seconds between SIGUSR1 and the end of the job: 90, or a tenth of a limit below 900 s, because Slurm would send
/// the signal at the start of a shorter job. Throws as check.
int warning_seconds(const std::string& time);

/// Text of the script; slurm/site.sh has what is particular to a site. Pure. Throws as check.
std::string slurm_script(const SlurmJob& job);

}  // namespace m2m::sweep

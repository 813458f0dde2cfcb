#pragma once
// A job script for Slurm that runs a study.
#include <string>
#include <vector>

namespace m2m::sweep {

struct SlurmJob {
  std::string name;                // of the study
  std::vector<std::string> words;  // study and settings, as m2m-sweep takes them
  int nodes = 1;
  int gpus_per_node = 0;          // 0: the job asks for none
  int ntasks_per_node = 0;        // 0: one a GPU, or one
  std::string time = "24:00:00";  // as sbatch takes it
  int array = 0;                  // how many jobs share the study; 0: no array
};

/// Throws Error (usage) where a number is negative or the time is none of Slurm's forms.
void check(const SlurmJob& job);

/// How many seconds before its end the job is sent SIGUSR1: 90, or a tenth of a shorter limit. Slurm sends at once
/// what it should send before the start. Throws as check.
int warning_seconds(const std::string& time);

/// The script's text; slurm/site.sh says what is particular to a site. Pure. Throws as check.
std::string slurm_script(const SlurmJob& job);

}  // namespace m2m::sweep

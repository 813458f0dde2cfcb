#pragma once
// What m2m-sweep needs of the training side; given to it, so that it can be tested without one.
#include <functional>
#include <string>
#include <vector>

#include "comm/messages/session.hpp"
#include "results/output_folder.hpp"
#include "settings/setting.hpp"
#include "study/plan.hpp"
#include "study/stage.hpp"
#include "sweep/admission.hpp"
#include "sweep/run.hpp"

namespace m2m::apps {

/// What a rank of a job is told to run its stages by.
struct RunnerSettings {
  results::OutputFolder out;
  int ranks = 1;                       // of the job
  int rank = 0;                        // this one
  int local_rank = 0;                  // this one among those of its host
  int hosts = 1;                       // of the job
  bool profile = false;                // say of each stage where its time went
  const comm::Group* group = nullptr;  // with whom this rank runs trials; it outlives the runner
  int trials_per_device = 1;           // how many stages it runs at once, each in a thread of its own
};

/// What runs stages on a rank. memory: of the device that it runs them on; may be empty. Both thread-safe.
struct StageBackend {
  study::RunFn run;
  std::function<DeviceMemory()> memory = {};
};

/// Version and revision, for people to compare.
std::string build_text();

struct TrainingBackend {
  std::vector<settings::Setting> settings;  // all
  study::ResolveFn resolve;
  std::function<study::PlanFn(int ranks_per_trial)> planner;
  std::function<StageBackend(const RunnerSettings&)> runner;  // what runs stages on this rank
  sweep::FindDamage find_damage = [](const study::Stage&, const results::OutputFolder&) { return std::nullopt; };
  std::vector<std::string> method_names;
  std::function<std::string(const std::string& method)> describe_method;
  std::string build = build_text();  // all ranks of a job have to have the same
  int gpus = 0;                      // of this host that ranks train on; 0: they train on cores
};

}  // namespace m2m::apps

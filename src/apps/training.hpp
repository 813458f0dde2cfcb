#pragma once
// The functions with which m2m-sweep plans and runs stages; passed in, so that tests can replace them.
#include <functional>
#include <string>
#include <vector>

#include "apps/machine_needs.hpp"
#include "comm/messages/session.hpp"
#include "results/output_folder.hpp"
#include "settings/setting.hpp"
#include "study/plan.hpp"
#include "study/stage.hpp"
#include "sweep/admission.hpp"
#include "sweep/run.hpp"

namespace m2m::apps {

/// Settings of a rank's runner of stages.
struct RunnerSettings {
  results::OutputFolder out;
  int ranks = 1;                       // of the job
  int rank = 0;                        // this one
  int local_rank = 0;                  // index of this rank on its host
  int hosts = 1;                       // of the job
  bool profile = false;                // log for each stage where its time went
  const comm::Group* group = nullptr;  // ranks that train one trial together; outlives the runner
  int trials_per_device = 1;           // worker slots, each with a thread of its own
};

/// Runs stages on a rank. memory: measures that of its device; may be empty. Both are thread-safe.
struct StageBackend {
  study::RunFn run;
  std::function<DeviceMemory()> memory = {};
};

/// Text of version and revision, compared between ranks.
std::string build_text();

/// What m2m-sweep is given by its main program or by a test.
struct TrainingBackend {
  std::vector<settings::Setting> settings;  // all
  study::ResolveFn resolve;
  std::function<study::PlanFn(int ranks_per_trial)> planner;
  std::function<StageBackend(const RunnerSettings&)> runner;  // makes the runner of stages of this rank
  MachineCheck check_machine = [](const MachineNeed&, int) {};
  sweep::FindDamage find_damage = [](const study::Stage&, const results::OutputFolder&) { return std::nullopt; };
  std::vector<std::string> method_names;
  std::function<std::string(const std::string& method)> describe_method;
  std::string build = build_text();  // the same on all ranks of a job
  int gpus = 0;                      // GPUs of this host on which ranks train; 0: they train on CPU cores
};

}  // namespace m2m::apps

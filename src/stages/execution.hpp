#pragma once
// One stage, from its folder as it is to its files: what each rank of its trial does.
#include <memory>

#include "comm/tensors/communicator.hpp"
#include "core/profile.hpp"
#include "results/output_folder.hpp"
#include "study/stage.hpp"
#include "train/loaded_data.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {

struct StageJob {
  const study::Stage& stage;
  const results::OutputFolder& out;
  const Json& environment;  // provenance, for the record
  train::TrialSettings settings;
  std::shared_ptr<const train::LoadedData> data;
  std::shared_ptr<comm::Communicator> ranks;
  Profile* profile = nullptr;
  int world_rank = 0;  // of the job

  bool leads() const { return ranks->rank() == 0; }
  std::filesystem::path folder() const;
};

/// Collective over the job's ranks, of whom the first one writes. Goes on from what an interrupted run left.
///
/// Throws Error on bad input; a loss that is not a number comes back as `diverged`, a file that cannot be written
/// as `unsaved`: all ranks have then stopped at one step, with the state kept if there was room for it.
study::StageResult execute_stage(const StageJob& job, study::StageContext& context);

}  // namespace m2m::stages

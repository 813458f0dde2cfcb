#pragma once
// Executes one stage: what each rank of its trial does, from the stage's folder to its files.
#include <memory>

#include "comm/tensors/communicator.hpp"
#include "core/profile.hpp"
#include "results/output_folder.hpp"
#include "study/stage.hpp"
#include "train/loaded_data.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {

/// A stage, and the resources that execute it.
struct StageJob {
  const study::Stage& stage;
  const results::OutputFolder& out;
  const Json& environment;  // provenance, for the record
  train::TrialSettings settings;
  std::shared_ptr<const train::LoadedData> data;
  std::shared_ptr<comm::Communicator> ranks;
  Profile* profile = nullptr;
  int world_rank = 0;  // rank in the MPI job

  bool leads() const { return ranks->rank() == 0; }
  std::filesystem::path folder() const;
  /// The file that is written last, and whose presence says that the stage is done.
  std::filesystem::path last_file() const;
};

/// Executes a stage; continues an interrupted run. Its first rank writes the files. Collective over the job's
/// ranks.
///
/// A loss that is not finite is returned as `diverged`, a file that cannot be written as `unsaved`. All ranks then
/// have stopped at one step; the state is kept if there was space. Throws Error on bad input.
study::StageResult execute_stage(const StageJob& job, study::StageContext& context);

}  // namespace m2m::stages

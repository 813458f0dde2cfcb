#pragma once
// Stages: the units of work of a study, each with an id made from what determines it.
#include <functional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/error.hpp"

namespace m2m::study {

/// Kinds of stages. A prefix is the epochs that several trials share before their deferral, trained once.
enum class StageKind { g, prefix, trial };
inline constexpr int stage_kind_count = 3;

/// A stage to run, with the stages that it needs, as the planner describes it for one point of a study.
struct StageRequest {
  StageKind kind = StageKind::trial;
  std::string label;  // "M2m", "M2m, lambda=0"; for a g: "g"
  Config config;      // every setting, resolved
  Json identity;      // every setting that acts in it, hashes of its data, numerics version; hashed to the id
  int epochs = 0;     // epochs that it trains
  double cost = 0;    // estimated seconds on one rank
  double memory = 0;  // upper estimate of its device memory in bytes; 0: unknown
  std::vector<StageRequest> needs;  // stages whose artifacts it reads
  double disk = 0;                  // bytes of files that it leaves at least; 0: unknown
  std::string id = {};              // stage_id(identity); empty until add_id()
};

/// Id of a stage: the first 16 hexadecimal digits of the SHA-256 of the canonical JSON of `identity`. Pure.
std::string stage_id(const Json& identity);

/// Gives a request its id if it has none, and returns it.
const std::string& add_id(StageRequest& request);

struct StageNeed {
  StageKind kind = StageKind::g;
  std::string id;
  bool operator==(const StageNeed&) const = default;
};

struct Stage {
  std::string id;
  StageKind kind = StageKind::trial;
  std::string label;
  Config config;
  Json identity;
  int epochs = 0;
  double cost = 0;
  double memory = 0;
  std::vector<StageNeed> needs;
  double disk = 0;

  /// Id of the stage of kind `wanted` that it needs; null if it needs none.
  const std::string* need(StageKind wanted) const;
};

/// Plans the stage of one point, whose settings are all resolved. Thread-safe. Throws Error (usage or bad_data) if
/// the point cannot be trained.
using PlanFn = std::function<StageRequest(Config point, const std::string& label)>;

/// Progress of a running stage. Fractions in [0, 1]; NaN: does not apply.
struct Progress {
  int epoch = 0;  // epochs done
  int epochs = 0;
  double validation_bacc = 0;
  double kept = 0;          // share of the translated images that were accepted
  double translations = 0;  // images translated in the epoch
  double seconds_per_epoch = 0;
  int resumed_from = 0;  // epochs that were done before this run of the stage
};

/// Connects a running stage to the sweep. Thread-safe.
class StageContext {
 public:
  virtual ~StageContext() = default;
  virtual void progress(const Progress& progress) = 0;
  /// Adds a line to the sweep's log, which rank 0 writes. Called by one rank of a group.
  virtual void remark(const std::string& /*text*/) {}
  /// True once the sweep is to stop: the stage then ends at its next step with `interrupted`.
  virtual bool stop_requested() const = 0;
};

enum class StageOutcome {
  done,
  diverged,
  failed,
  interrupted,
  unsaved,  // a file could not be read or written, which concerns further work, too; resumable
};

struct StageResult {
  StageOutcome end = StageOutcome::done;
  std::string summary;             // one line of text: "bACC 77.9 (last) 78.1 (best validation, epoch 193) GM 77.2"
  ExitCode code = ExitCode::done;  // why it failed
  double seconds = 0;
  std::vector<std::string> details = {};  // further lines of the log, after the line about its end
};

/// Runs one stage and leaves its files in the output folder. The first rank of the group reports progress and
/// writes. A function that is passed in, because the modules `study` and `sweep` do not use torch. An exception
/// that escapes counts as failed. Collective over the ranks of the trial's group.
using RunFn = std::function<StageResult(const Stage& stage, StageContext& context)>;

}  // namespace m2m::study

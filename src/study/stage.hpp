#pragma once
// Stages and trials: what a study comes down to, each named by what determines it.
#include <functional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/error.hpp"

namespace m2m::study {

/// A prefix: the epochs that several trials have in common, trained once for all of them.
enum class StageKind { g, prefix, trial };
inline constexpr int stage_kind_count = 3;

/// What has to be run, as the training side describes it for one point of a study.
struct StageRequest {
  StageKind kind = StageKind::trial;
  std::string label;  // "M2m", "M2m, lambda=0"; for a g: "g"
  Config config;      // every setting, resolved
  Json identity;      // every field acting in it, content hashes, numerics version; its id is the hash
  int epochs = 0;     // how many it will run
  double cost = 0;    // estimated seconds on one rank
  double memory = 0;  // of its device, estimated bytes, plenty; 0: not known
  std::vector<StageRequest> needs;  // artifacts that must exist before it
};

/// The id: the first 16 hexadecimal digits of the SHA-256 of the canonical JSON of `identity`.
std::string stage_id(const Json& identity);

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

  /// The id of what it needs of that kind; null where it needs none.
  const std::string* need(StageKind wanted) const;
};

/// One point of a study with every setting resolved -> what to run. Throws Error (usage or bad_data) on the
/// impossible.
using PlanFn = std::function<StageRequest(const Config& point, const std::string& label)>;

/// Where a running stage is. Fractions in [0, 1]; NaN: does not apply.
struct Progress {
  int epoch = 0;  // epochs done
  int epochs = 0;
  double validation_bacc = 0;
  double kept = 0;          // share of translated images that were kept
  double translations = 0;  // images translated in the epoch
  double seconds_per_epoch = 0;
  int resumed_from = 0;  // the epochs that were there when this run of the stage began
};

/// What a running stage may ask and tell; thread-safe.
class StageContext {
 public:
  virtual ~StageContext() = default;
  virtual void progress(const Progress& progress) = 0;
  /// A sentence for the sweep's log, which rank 0 writes; of one rank of a group.
  virtual void remark(const std::string& /*text*/) {}
  /// True once the sweep was asked to stop: the stage then ends at its next step with `interrupted`.
  virtual bool stop_requested() const = 0;
};

enum class StageOutcome {
  done,
  diverged,
  failed,
  interrupted,
  unsaved,  // a file could not be written (WriteError), so what it would go on to do could not be kept; resumable
};

struct StageResult {
  StageOutcome end = StageOutcome::done;
  std::string summary;  // one line for people: "bACC 77.9 (last) 78.1 (best validation, epoch 193) GM 77.2"
  ExitCode code = ExitCode::done;  // why it failed
  double seconds = 0;
  std::vector<std::string> details = {};  // further lines for people, to follow the one that says how it ended
};

/// Runs one stage and leaves its files in the output folder; collective over the ranks of the trial's group, of
/// whom the first one reports progress, and writes. Injected: this room knows no torch. An exception that escapes
/// counts as failed.
using RunFn = std::function<StageResult(const Stage& stage, StageContext& context)>;

}  // namespace m2m::study

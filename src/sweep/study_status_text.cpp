// What is said of a study's status: to people, and to programs.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "sweep/study_status.hpp"
#include "study/wording.hpp"

namespace m2m::sweep {
namespace {

Json number_or_null(double value) { return value == value ? Json(value) : Json(nullptr); }

std::string line_of(const StageProgress& stage) {
  std::string text =
      fmt::format("  {:<11} {}  {}", state_name(stage.state), study::short_id(stage.id), stage.label);
  if (!stage.reason.empty()) return text + ": " + stage.reason + "\n";
  if (stage.epochs > 0) text += fmt::format("  epoch {}/{}", stage.epoch, stage.epochs);
  if (stage.loss == stage.loss) text += fmt::format("  loss {:.4f}", stage.loss);
  if (stage.validation_bacc == stage.validation_bacc) {
    text += fmt::format("  val bACC {:.1f}", 100 * stage.validation_bacc);
  }
  if (stage.seconds_left == stage.seconds_left)
    text += fmt::format("  about {} left", duration_text(stage.seconds_left));
  if (stage.quiet_seconds == stage.quiet_seconds)
    text += fmt::format("  {} ago", duration_text(stage.quiet_seconds));
  return text + "\n";
}

/// "stages: 1 of 3 done, 1 running", and what else there is; empty where trials share none.
std::string stages_text(const std::vector<StageProgress>& stages) {
  if (stages.empty()) return "";
  const auto count = [&](StageStanding state) {
    return std::count_if(stages.begin(), stages.end(), [state](const auto& stage) { return stage.state == state; });
  };
  std::string text = fmt::format("shared stages: {} of {} done", count(StageStanding::done), stages.size());
  for (const StageStanding state : {StageStanding::running, StageStanding::interrupted, StageStanding::failed}) {
    if (count(state) > 0) text += fmt::format(", {} {}", count(state), state_name(state));
  }
  return text + "\n";
}

Json progress_json(const StageProgress& stage) {
  return {{"id", stage.id},
          {"kind", stage.kind},
          {"label", stage.label},
          {"state", state_name(stage.state)},
          {"reason", stage.reason},
          {"epoch", stage.epoch},
          {"epochs", stage.epochs},
          {"loss", number_or_null(stage.loss)},
          {"validation_bacc", number_or_null(stage.validation_bacc)},
          {"quiet_seconds", number_or_null(stage.quiet_seconds)},
          {"seconds_left", number_or_null(stage.seconds_left)}};
}

Json list_json(const std::vector<StageProgress>& stages) {
  Json list = Json::array();
  for (const StageProgress& stage : stages) list.push_back(progress_json(stage));
  return list;
}

}  // namespace

std::string status_text(const StudyStatus& status) {
  const int done = status.count(StageStanding::done);
  const int lost = status.count(StageStanding::failed) + status.count(StageStanding::diverged);
  const int left = static_cast<int>(status.trials.size()) - done - lost;
  std::string text = fmt::format("{}: {} of {} done, {} failed, {} running, {} interrupted, {} waiting",
                                 status.name, done, count_text(static_cast<int>(status.trials.size()), "trial"),
                                 lost, status.count(StageStanding::running),
                                 status.count(StageStanding::interrupted), status.count(StageStanding::waiting));
  const bool has_rate = status.seconds_per_trial == status.seconds_per_trial;
  if (!status.sweep.empty() && has_rate && left > 0) {
    text += fmt::format("; a result every {}, about {} left", duration_text(status.seconds_per_trial),
                        duration_text(status.seconds_per_trial * left));
  }
  text += "\n" + (left > 0 ? stages_text(status.stages) : "");
  text += status.sweep.empty() ? "no sweep is at work here" : "a sweep is at work: " + status.sweep;
  text += left > 0 && status.sweep.empty() ? "; give its command again to go on\n" : "\n";
  for (const auto* list : {&status.stages, &status.trials}) {
    if (list == &status.stages && left == 0) continue;  // nothing needs them any more
    for (const StageProgress& stage : *list) {
      if (stage.state != StageStanding::done && stage.state != StageStanding::waiting) text += line_of(stage);
    }
  }
  return text;
}

Json status_json(const StudyStatus& status) {
  return {{"study", status.name},
          {"sweep", status.sweep},
          {"seconds_per_trial", number_or_null(status.seconds_per_trial)},
          {"trials", list_json(status.trials)},
          {"stages", list_json(status.stages)}};
}

}  // namespace m2m::sweep

// The text and the JSON of a status.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "study/graph.hpp"
#include "sweep/status.hpp"

namespace m2m::sweep {
namespace {

Json number_or_null(double value) { return value == value ? Json(value) : Json(nullptr); }

std::string status_line(const StageStatusLine& stage) {
  std::string text = fmt::format("  {:<11} {}  {}", to_text(stage.state), study::short_id(stage.id), stage.label);
  if (!stage.reason.empty()) return text + ": " + stage.reason + "\n";
  if (stage.epochs > 0) text += fmt::format("  epoch {}/{}", stage.epoch, stage.epochs);
  if (stage.loss == stage.loss) text += fmt::format("  loss {:.4f}", stage.loss);
  if (stage.validation_bacc == stage.validation_bacc) {
    text += fmt::format("  val bACC {:.1f}", 100 * stage.validation_bacc);
  }
  if (stage.seconds_left == stage.seconds_left)
    text += fmt::format("  about {} left", duration_text(stage.seconds_left));
  if (stage.idle_seconds == stage.idle_seconds) text += fmt::format("  {} ago", duration_text(stage.idle_seconds));
  return text + "\n";
}

/// Line of the shared stages: "shared stages: 1 of 3 done, 1 running", and further counts; empty if there are none.
std::string stages_text(const std::vector<StageStatusLine>& stages) {
  if (stages.empty()) return "";
  const auto count = [&](LiveStatus state) {
    return std::count_if(stages.begin(), stages.end(), [state](const auto& stage) { return stage.state == state; });
  };
  std::string text = fmt::format("shared stages: {} of {} done", count(LiveStatus::done), stages.size());
  for (const LiveStatus state : {LiveStatus::running, LiveStatus::interrupted, LiveStatus::failed}) {
    if (count(state) > 0) text += fmt::format(", {} {}", count(state), to_text(state));
  }
  return text + "\n";
}

/// Whether a sweep works in the folder, and what to do if none does and trials are left.
std::string sweep_text(const StudyStatus& status, bool is_left) {
  if (status.only_merged) return "read from results.h5, since study.json or the files of the trials are not here";
  if (!status.sweep.empty()) return "a sweep is running: " + status.sweep;
  return is_left ? "no sweep is running here; repeat its command to resume" : "no sweep is running here";
}

Json progress_json(const StageStatusLine& stage) {
  return {{"id", stage.id},
          {"kind", stage.kind},
          {"label", stage.label},
          {"state", to_text(stage.state)},
          {"reason", stage.reason},
          {"epoch", stage.epoch},
          {"epochs", stage.epochs},
          {"loss", number_or_null(stage.loss)},
          {"validation_bacc", number_or_null(stage.validation_bacc)},
          {"quiet_seconds", number_or_null(stage.idle_seconds)},
          {"seconds_left", number_or_null(stage.seconds_left)}};
}

Json list_json(const std::vector<StageStatusLine>& stages) {
  Json list = Json::array();
  for (const StageStatusLine& stage : stages) list.push_back(progress_json(stage));
  return list;
}

}  // namespace

std::string status_text(const StudyStatus& status) {
  const int done = status.count(LiveStatus::done);
  const int lost = status.count(LiveStatus::failed) + status.count(LiveStatus::diverged);
  const int left = static_cast<int>(status.trials.size()) - done - lost;
  std::string text = fmt::format("{}: {} of {} done, {} failed, {} running, {} interrupted, {} waiting",
                                 status.name, done, count_text(static_cast<int>(status.trials.size()), "trial"),
                                 lost, status.count(LiveStatus::running), status.count(LiveStatus::interrupted),
                                 status.count(LiveStatus::waiting));
  const bool has_rate = status.seconds_per_trial == status.seconds_per_trial;
  if (!status.sweep.empty() && has_rate && left > 0) {
    text += fmt::format("; a result every {}, about {} left", duration_text(status.seconds_per_trial),
                        duration_text(status.seconds_per_trial * left));
  }
  text += "\n" + (left > 0 ? stages_text(status.stages) : "");
  text += sweep_text(status, left > 0) + "\n";
  for (const auto* list : {&status.stages, &status.trials}) {
    if (list == &status.stages && left == 0) continue;  // no trial needs them any more
    for (const StageStatusLine& stage : *list) {
      if (stage.state != LiveStatus::done && stage.state != LiveStatus::waiting) text += status_line(stage);
    }
  }
  return text;
}

Json status_json(const StudyStatus& status) {
  return {{"study", status.name},
          {"sweep", status.sweep},
          {"only_merged", status.only_merged},
          {"seconds_per_trial", number_or_null(status.seconds_per_trial)},
          {"trials", list_json(status.trials)},
          {"stages", list_json(status.stages)}};
}

}  // namespace m2m::sweep

#include "sweep/progress_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "study/graph.hpp"
#include "sweep/costs.hpp"

namespace m2m::sweep {
namespace {

const study::Stage& stage_at(const SweepView& view, int stage) {
  return view.scheduler.graph().stages[static_cast<std::size_t>(stage)];
}
const StageStatus& status_at(const SweepView& view, int stage) {
  return view.scheduler.status()[static_cast<std::size_t>(stage)];
}

int rank_of_stage(const SweepView& view, int stage) { return status_at(view, stage).slot / view.trials_per_device; }

/// "trial 09be0a12 M2m seed=3"
std::string name(const SweepView& view, int stage) {
  const study::Stage& named = stage_at(view, stage);
  return fmt::format("{} {} {}", study::trial_or_stage(named.kind), study::short_id(named.id),
                     view.titles[static_cast<std::size_t>(stage)]);
}

int count_trials(const Scheduler& scheduler, std::initializer_list<StageState> states) {
  int found = 0;
  for (const StageState state : states) found += scheduler.count(state, study::StageKind::trial);
  return found;
}

std::string left_text(const SweepView& view, double now) {
  const auto left = seconds_left(view.scheduler, view.slots, now);
  return left ? "left " + duration_text(*left) : "time left not known yet";
}

/// "[32/96, left 1 h 11 min]"
std::string bracket(const SweepView& view, double now) {
  return fmt::format("[{}/{}, {}]", trials_done(view.scheduler),
                     study::count(view.scheduler.graph(), study::StageKind::trial), left_text(view, now));
}

std::string bar(double fraction) {
  constexpr int width = 16;
  const int full = std::clamp(static_cast<int>(fraction * width), 0, width);
  return fmt::format("|{:#<{}}{:{}}|", "", full, "", width - full);
}

std::string stage_folder(const study::Stage& stage) {
  return (stage.kind == study::StageKind::trial ? "trials/" : "cache/") + stage.id;
}

}  // namespace

std::string start_line(const SweepView& view, int stage, const std::string& host) {
  std::string text = fmt::format("start   {} on rank {} ({})", name(view, stage), rank_of_stage(view, stage), host);
  const auto& needs = stage_at(view, stage).needs;
  for (const study::StageNeed& need : needs)
    text += (need.id == needs.front().id ? ", stages " : " ") + study::short_id(need.id);
  return needs.empty() ? text : text + " reused";
}

std::string running_line(const SweepView& view, int stage) {
  const study::Progress& progress = status_at(view, stage).progress;
  std::string text = fmt::format("running {}: ", name(view, stage));
  if (progress.epochs == 0) return text + "in its first epoch";
  text += fmt::format("epoch {}/{}", progress.epoch, progress.epochs);
  if (std::isfinite(progress.validation_bacc))
    text += fmt::format(" val bACC {:.1f}", 100 * progress.validation_bacc);
  if (progress.translations > 0 && std::isfinite(progress.kept)) {
    text +=
        fmt::format(" kept {:.0f} % of {} translations", 100 * progress.kept, group_digits(progress.translations));
  }
  return text;
}

std::string end_line(const SweepView& view, int stage, double now) {
  const StageStatus& status = status_at(view, stage);
  const study::Stage& ended = stage_at(view, stage);
  if (status.state == StageState::done) {
    return fmt::format("done    {}: {} in {}   {}", name(view, stage), status.result.summary,
                       duration_text(status.result.seconds), bracket(view, now));
  }
  if (status.state == StageState::interrupted) {
    const bool is_unsaved = status.result.end == study::StageOutcome::unsaved;
    return fmt::format("stopped {}{}", name(view, stage), is_unsaved ? ": " + status.result.summary : "");
  }
  return fmt::format("failed  {}: {}; its files are in {}{}   {}", name(view, stage), status.result.summary,
                     stage_folder(ended), view.scheduler.stopped() ? "" : "; the rest goes on", bracket(view, now));
}

std::string blocked_line(const SweepView& view, int stage) {
  const study::Stage& cause = stage_at(view, status_at(view, stage).cause);
  return fmt::format("skipped {}: the {} {} that it needs failed", name(view, stage), cause.label,
                     study::short_id(cause.id));
}

std::string stopping_line(StopReason reason) {
  switch (reason) {
    case StopReason::requeue:
      return "the job is about to end: stopping at the next step of every rank; the same command resumes";
    case StopReason::failed:
      return "stopping at the first failure (--fail-fast), at the next step of every rank; the same command "
             "resumes";
    case StopReason::stalled:
      return "a rank or stage does not go on: the others stop at their next step, then the job ends; the same "
             "command "
             "resumes";
    case StopReason::unwritable:
      return "a file cannot be written: stopping at the next step of every rank; the same command resumes";
    default:
      return "stopping at the next step of every rank; a second signal ends at once; the same command resumes";
  }
}

std::string live_line(const SweepView& view, int stage, std::size_t title_width) {
  const StageStatus& status = status_at(view, stage);
  const study::Progress& progress = status.progress;
  std::string text = fmt::format(" rank {:<3} {:<{}}  ", rank_of_stage(view, stage),
                                 view.titles[static_cast<std::size_t>(stage)], title_width);
  if (progress.epochs == 0) return text + "in its first epoch";
  text += fmt::format("epoch {:>3}/{}", progress.epoch, progress.epochs);
  text += std::isfinite(progress.validation_bacc) ? fmt::format("  val {:4.1f}", 100 * progress.validation_bacc)
                                                  : std::string(10, ' ');
  text += progress.translations > 0 && std::isfinite(progress.kept)
              ? fmt::format("  kept {:3.0f} %", 100 * progress.kept)
              : std::string(12, ' ');
  text += fmt::format("  {:5.1f} s/epoch  ", progress.seconds_per_epoch);
  return text + bar(static_cast<double>(progress.epoch) / progress.epochs);
}

std::string summary_line(const SweepView& view, double now) {
  return fmt::format(" {}/{} done, {} failed, {} running   {}   {:.1f} % busy", trials_done(view.scheduler),
                     study::count(view.scheduler.graph(), study::StageKind::trial), trials_failed(view.scheduler),
                     view.scheduler.count(StageState::running), left_text(view, now),
                     100 * busy_share(view.scheduler, view.slots, now));
}

std::string outcome_text(const Scheduler& scheduler, int damaged) {
  return fmt::format("{} of {} done, {} failed", trials_done(scheduler) - damaged,
                     count_text(study::count(scheduler.graph(), study::StageKind::trial), "trial"),
                     trials_failed(scheduler) + damaged);
}

int trials_done(const Scheduler& scheduler) {
  return count_trials(scheduler, {StageState::done, StageState::existing});
}

int trials_failed(const Scheduler& scheduler) {
  return count_trials(scheduler, {StageState::failed, StageState::diverged, StageState::blocked});
}

}  // namespace m2m::sweep

#include "sweep/dry_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "results/study_results.hpp"
#include "study/graph.hpp"
#include "sweep/costs.hpp"
#include "sweep/run.hpp"

namespace m2m::sweep {

using study::StageGraph;
using study::StageKind;

namespace {

int count_marked(const StageGraph& graph, const std::vector<bool>& marks, StageKind kind) {
  int found = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) found += marks[i] && graph.stages[i].kind == kind ? 1 : 0;
  return found;
}

std::string both_kinds(const StageGraph& graph, const std::vector<bool>& marks, const char* between) {
  return count_text(count_marked(graph, marks, StageKind::trial), "trial") + between +
         count_text(count_marked(graph, marks, StageKind::g) + count_marked(graph, marks, StageKind::prefix),
                    "stage");
}

std::string work_text(double seconds, const std::string& unit) {
  const double hours = seconds / 3600;
  return hours >= 0.1 ? fmt::format("{:.1f} {}-hours", hours, unit)
                      : fmt::format("{:.1f} {}-minutes", seconds / 60, unit);
}

/// "2 ranks", "2 ranks with 4 trials at a time, as if these did not slow each other down"
std::string ranks_text(const DryRunSettings& settings) {
  std::string ranks = count_text(settings.ranks, "rank");
  if (settings.trials_per_device == 1) return ranks;
  return fmt::format("{} with {} trials at a time, as if these did not slow each other down", ranks,
                     settings.trials_per_device);
}

std::string needs_text(const study::Stage& stage) {
  std::string text;
  for (const study::StageNeed& need : stage.needs)
    text += (text.empty() ? "   needs " : " ") + study::short_id(need.id);
  return text;
}

std::string what(const study::Stage& stage, const std::string& title) {
  return stage.kind == StageKind::trial ? title : stage.label + "  " + study::data_text(stage);
}

std::size_t max_width(const StageGraph& graph, const std::vector<std::string>& names) {
  std::size_t widest = 0;
  for (std::size_t i = 0; i < names.size(); ++i) widest = std::max(widest, what(graph.stages[i], names[i]).size());
  return std::min<std::size_t>(widest, 60);
}

const char* state_word(bool exists, bool is_to_run) {
  if (exists) return "done";
  return is_to_run ? "to do" : "not needed";
}

/// What study.json plans; nothing if it is not there or cannot be read, because a sweep writes it anew.
results::PlannedStudy former_study(const results::OutputFolder& out) {
  try {
    return results::read_planned_study(out.study());
  } catch (const Error&) {
    return {};
  }
}

/// " (of jobs/grid.toml: ERM; M2m, lambda=0.3)": the study that planned these trials before, and up to four labels.
/// Empty if study.json is not there or does not plan them.
std::string former_plan(const results::OutputFolder& out, const std::vector<std::string>& ids) {
  const results::PlannedStudy before = former_study(out);
  std::vector<std::string> labels;
  for (const results::PlannedTrial& trial : before.trials) {
    const bool is_meant = std::binary_search(ids.begin(), ids.end(), trial.id);
    if (is_meant && std::count(labels.begin(), labels.end(), trial.label) == 0) labels.push_back(trial.label);
  }
  if (labels.empty()) return "";
  constexpr std::size_t most = 4;
  const bool has_more = labels.size() > most;
  labels.resize(std::min(labels.size(), most));
  return fmt::format(" (of {}: {}{})", before.file, fmt::join(labels, "; "), has_more ? "; ..." : "");
}

}  // namespace

std::string cost_text(const StageGraph& graph, const DryRunSettings& settings) {
  const std::vector<bool> there = existing_stages(graph, settings.out);
  const std::vector<bool> to_run = study::stages_to_run(graph, there);
  const Forecast cost = forecast(graph, there, settings.ranks * settings.trials_per_device);
  std::string text = fmt::format("{}: {}; {} exist in {}\n", settings.study,
                                 both_kinds(graph, std::vector<bool>(there.size(), true), ", "),
                                 both_kinds(graph, there, " and "), settings.out.root.string());
  text += fmt::format("  to do   {}", both_kinds(graph, to_run, "   "));
  if (cost.work > 0) {
    text += fmt::format("   about {} (a rough model); {}: {}, {:.1f} % busy", work_text(cost.work, settings.unit),
                        ranks_text(settings), duration_text(cost.wall), 100 * cost.busy);
  }
  return text + "\n";
}

std::string unplanned_remark(const StageGraph& graph, const results::OutputFolder& out) {
  results::PlannedStudy plan;
  for (const study::Stage& stage : graph.stages) {
    if (stage.kind == StageKind::trial) plan.trials.push_back({stage.id, stage.label, stage.config});
  }
  const std::vector<std::string> ids = results::unplanned_trials(out, plan);
  if (ids.empty()) return "";
  return fmt::format(
      "{} has {} that this command does not plan{}: tables leave them out until a command plans them again",
      out.root.string(), count_text(ids.size(), "result"), former_plan(out, ids));
}

std::string dry_run_text(const StageGraph& graph, const DryRunSettings& settings) {
  const std::vector<bool> there = existing_stages(graph, settings.out);
  const std::vector<bool> to_run = study::stages_to_run(graph, there);
  const std::vector<std::string> names = study::titles(graph);
  const std::size_t width = max_width(graph, names);
  std::string text = cost_text(graph, settings);
  const std::string unplanned = unplanned_remark(graph, settings.out);
  if (!unplanned.empty()) text += fmt::format("  {}\n", unplanned);
  for (const StageKind kind : {StageKind::g, StageKind::prefix, StageKind::trial}) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const study::Stage& stage = graph.stages[i];
      if (stage.kind != kind) continue;
      text += fmt::format("  {} {}  {:<{}}  {:>6} epochs   {}{}\n", study::trial_or_stage(kind),
                          study::short_id(stage.id), what(stage, names[i]), width, stage.epochs,
                          state_word(there[i], to_run[i]), needs_text(stage));
    }
  }
  return text;
}

std::string list_text(const StageGraph& graph, const results::OutputFolder& out) {
  const std::vector<bool> there = existing_stages(graph, out);
  const std::vector<std::string> names = study::titles(graph);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (graph.stages[i].kind != StageKind::trial) continue;
    text += fmt::format("{}  {:<5}  {}\n", graph.stages[i].id, state_word(there[i], true), names[i]);
  }
  return text;
}

}  // namespace m2m::sweep

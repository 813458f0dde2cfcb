#include "sweep/existing.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "results/record_file.hpp"
#include "results/stage_files.hpp"
#include "results/folder_lock.hpp"

namespace m2m::sweep {
namespace {

bool is_there(const study::Stage& stage, const results::OutputFolder& out) {
  std::error_code ignored;
  return std::filesystem::exists(
      stage.kind == study::StageKind::trial ? out.result(stage.id) : out.stage_done(stage.id), ignored);
}

/// Sets the stage aside if it is damaged, or, where its bytes matter, other than it was written. Returns whether it
/// can be used. Under the lock of its folder, which other sweeps may share: one may have made the stage anew
/// meanwhile.
bool keep_stage(const std::filesystem::path& folder, bool is_needed) {
  if (!is_needed && !results::damage_of_stage(folder, results::Look::quick)) return true;
  try {
    const results::FolderLock lock(folder);
    const auto damage = results::damage_of_stage(folder, results::Look::thorough);
    if (damage) log_warning(results::set_aside(*damage));
    return !damage;
  } catch (const Error& error) {
    if (error.code() != ExitCode::held) throw;
    return false;  // to be waited for
  }
}

bool keep_trial(const study::Stage& trial, const results::OutputFolder& out, bool is_needed,
                const FindDamage& find_damage) {
  auto damage = results::damage_of_result(out.result(trial.id), trial.id, results::Look::thorough);
  if (!damage && is_needed) damage = find_damage(trial, out);
  if (damage) log_warning(results::set_aside(*damage));
  return !damage;
}

}  // namespace

std::vector<bool> existing(const study::StageGraph& graph, const results::OutputFolder& out) {
  std::vector<bool> there;
  for (const study::Stage& stage : graph.stages) {
    const bool is_usable = stage.kind == study::StageKind::trial
                               ? !results::damage_of_result(out.result(stage.id), stage.id, results::Look::quick)
                               : !results::damage_of_stage(out.stage(stage.id), results::Look::quick);
    there.push_back(is_there(stage, out) && is_usable);
  }
  return there;
}

std::vector<bool> set_aside_damaged(const study::StageGraph& graph, const results::OutputFolder& out,
                                    const FindDamage& find_damage) {
  std::vector<bool> there(graph.stages.size()), to_run(graph.stages.size());
  for (std::size_t i = there.size(); i-- > 0;) {  // those that need it first
    const study::Stage& stage = graph.stages[i];
    const auto& users = graph.users[i];
    const bool is_trial = stage.kind == study::StageKind::trial;
    const bool is_needed =
        std::any_of(users.begin(), users.end(), [&](int user) { return to_run[static_cast<std::size_t>(user)]; });
    there[i] = is_there(stage, out) && (is_trial ? keep_trial(stage, out, is_needed, find_damage)
                                                 : keep_stage(out.stage(stage.id), is_needed));
    to_run[i] = !there[i] && (is_trial || is_needed);
  }
  return there;
}

}  // namespace m2m::sweep

#include "sweep/existing.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "results/record_file.hpp"
#include "results/stage_files.hpp"
#include "sweep/folder_lock.hpp"

namespace m2m {
namespace {

bool is_there(const Stage& stage, const OutputFolder& out) {
  std::error_code ignored;
  return std::filesystem::exists(stage.kind == StageKind::trial ? out.result(stage.id) : out.stage_done(stage.id),
                                 ignored);
}

std::optional<Damage> damage_of(const Stage& stage, const OutputFolder& out) {
  return stage.kind == StageKind::trial ? damage_of_result(out.result(stage.id), stage.id)
                                        : damage_of_stage(out.stage(stage.id), Look::sizes);
}

/// Whether a stage that is to be run needs that one.
bool is_needed(const StageGraph& graph, const std::vector<bool>& to_run, std::size_t stage) {
  const auto& users = graph.users[stage];
  return std::any_of(users.begin(), users.end(), [&](int user) { return to_run[static_cast<std::size_t>(user)]; });
}

/// Sets the stage aside unless it is whole; returns whether it is. Under the lock of its folder, which other sweeps
/// may share: one of them may have made the stage anew meanwhile.
bool keep_whole_stage(const std::filesystem::path& folder) {
  try {
    const FolderLock lock(folder);
    const auto damage = damage_of_stage(folder, Look::checksums);
    if (damage) log_warning(set_aside(*damage));
    return !damage;
  } catch (const Error& error) {
    if (error.code() != ExitCode::held) throw;
    return false;
  }
}

}  // namespace

std::vector<bool> existing(const StageGraph& graph, const OutputFolder& out) {
  std::vector<bool> there;
  for (const Stage& stage : graph.stages) there.push_back(is_there(stage, out) && !damage_of(stage, out));
  return there;
}

std::vector<bool> set_aside_damaged(const StageGraph& graph, const OutputFolder& out,
                                    const FindDamage& find_damage) {
  std::vector<bool> there = existing(graph, out);
  const std::vector<bool> to_run = missing(graph, there);
  for (std::size_t i = 0; i < there.size(); ++i) {
    const Stage& stage = graph.stages[i];
    if (!is_there(stage, out) || (there[i] && !is_needed(graph, to_run, i))) continue;
    if (stage.kind != StageKind::trial) {
      there[i] = keep_whole_stage(out.stage(stage.id));
    } else if (const auto damage = there[i] ? find_damage(stage, out) : damage_of(stage, out)) {
      log_warning(set_aside(*damage));
      there[i] = false;
    }
  }
  return there;
}

}  // namespace m2m

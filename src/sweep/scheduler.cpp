#include "sweep/scheduler.hpp"

#include <algorithm>

namespace m2m {
namespace {

StageState state_after(const StageResult& result) {
  switch (result.end) {
    case StageEnd::done:
      return StageState::done;
    case StageEnd::diverged:
      return StageState::diverged;
    case StageEnd::failed:
      return StageState::failed;
    case StageEnd::interrupted:
      return StageState::interrupted;
  }
  return StageState::failed;
}

std::size_t at(int stage) { return static_cast<std::size_t>(stage); }

}  // namespace

Scheduler::Scheduler(const StageGraph& graph, const std::vector<bool>& exists)
    : graph_(graph), status_(graph.stages.size()) {
  const std::vector<bool> to_run = missing(graph, exists);
  paths_ = paths_to_the_end(graph, to_run);
  for (int i = 0; i < graph.size(); ++i) {
    if (!to_run[at(i)]) status_[at(i)].state = exists[at(i)] ? StageState::existing : StageState::unneeded;
  }
  for (int i = 0; i < graph.size(); ++i) make_ready_if_possible(i);
}

bool Scheduler::is_there(int stage) const {
  const StageState state = status_[at(stage)].state;
  return state == StageState::existing || state == StageState::done;
}

void Scheduler::make_ready_if_possible(int stage) {
  const auto& needs = graph_.needs[at(stage)];
  if (status_[at(stage)].state != StageState::waiting) return;
  if (std::all_of(needs.begin(), needs.end(), [this](int needed) { return is_there(needed); })) {
    ready_.emplace(-paths_[at(stage)], stage);
  }
}

void Scheduler::add_free_rank(int rank) { free_ranks_.insert(rank); }

std::vector<Assignment> Scheduler::assign(double now) {
  std::vector<Assignment> assignments;
  while (!stopped_ && !ready_.empty() && !free_ranks_.empty()) {
    const int stage = ready_.extract(ready_.begin()).value().second;
    const int rank = free_ranks_.extract(free_ranks_.begin()).value();
    StageStatus& status = status_[at(stage)];
    status.state = StageState::running;
    status.rank = rank;
    status.started = now;
    running_.emplace_back(rank, stage);
    assignments.push_back({rank, stage});
  }
  return assignments;
}

int Scheduler::stage_of(int rank) const {
  const auto found =
      std::find_if(running_.begin(), running_.end(), [rank](const auto& r) { return r.first == rank; });
  if (found == running_.end())
    throw internal_error("rank " + std::to_string(rank) + " speaks of a stage it does not run");
  return found->second;
}

void Scheduler::report(int rank, const Progress& progress) { status_[at(stage_of(rank))].progress = progress; }

std::vector<int> Scheduler::end(int rank, const StageResult& result, double now) {
  const int stage = stage_of(rank);
  std::erase_if(running_, [rank](const auto& r) { return r.first == rank; });
  free_ranks_.insert(rank);
  StageStatus& status = status_[at(stage)];
  status.state = state_after(result);
  status.result = result;
  busy_ += now - status.started;
  if (status.state == StageState::done) {
    for (const int user : graph_.users[at(stage)]) make_ready_if_possible(user);
  }
  const bool is_lost = status.state == StageState::failed || status.state == StageState::diverged;
  return is_lost ? block_users(stage, stage) : std::vector<int>{};
}

std::vector<int> Scheduler::block_users(int stage, int cause) {
  std::vector<int> blocked;
  for (const int user : graph_.users[at(stage)]) {
    StageStatus& status = status_[at(user)];
    if (status.state != StageState::waiting) continue;
    status.state = StageState::blocked;
    status.because = cause;
    blocked.push_back(user);
    for (const int further : block_users(user, cause)) blocked.push_back(further);
  }
  return blocked;
}

bool Scheduler::over() const { return running_.empty() && (stopped_ || ready_.empty()); }

int Scheduler::count(StageState state, std::optional<StageKind> kind) const {
  int found = 0;
  for (int i = 0; i < graph_.size(); ++i) {
    if (status_[at(i)].state == state && (!kind || graph_.stages[at(i)].kind == *kind)) ++found;
  }
  return found;
}

}  // namespace m2m

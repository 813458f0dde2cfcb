#include "sweep/scheduler.hpp"

#include <algorithm>
#include <numeric>

namespace m2m::sweep {
namespace {

StageState state_after(const study::StageResult& result) {
  switch (result.end) {
    case study::StageEnd::done:
      return StageState::done;
    case study::StageEnd::diverged:
      return StageState::diverged;
    case study::StageEnd::failed:
      return StageState::failed;
    case study::StageEnd::interrupted:
    case study::StageEnd::unsaved:
      return StageState::interrupted;
  }
  return StageState::failed;
}

std::size_t at(int position) { return static_cast<std::size_t>(position); }

template <typename Enum>
std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

Scheduler::Scheduler(const study::StageGraph& graph, const std::vector<bool>& exists,
                     std::vector<double> priorities)
    : graph_(graph), status_(graph.stages.size()), priorities_(std::move(priorities)) {
  const std::vector<bool> to_run = study::missing(graph, exists);
  if (priorities_.empty()) priorities_ = study::paths_to_the_end(graph, to_run);
  for (const study::Stage& stage : graph.stages) ++counts_[index(StageState::waiting)][index(stage.kind)];
  for (int i = 0; i < graph.size(); ++i) {
    if (!to_run[at(i)]) set_state(i, exists[at(i)] ? StageState::existing : StageState::unneeded);
  }
  for (int i = 0; i < graph.size(); ++i) make_ready_if_possible(i);
}

void Scheduler::set_state(int stage, StageState state) {
  const study::StageKind kind = graph_.stages[at(stage)].kind;
  --counts_[index(status_[at(stage)].state)][index(kind)];
  ++counts_[index(state)][index(kind)];
  status_[at(stage)].state = state;
}

bool Scheduler::is_there(int stage) const {
  const StageState state = status_[at(stage)].state;
  return state == StageState::existing || state == StageState::done;
}

void Scheduler::make_ready_if_possible(int stage) {
  const auto& needs = graph_.needs[at(stage)];
  if (status_[at(stage)].state != StageState::waiting) return;
  if (std::all_of(needs.begin(), needs.end(), [this](int needed) { return is_there(needed); })) {
    ready_.emplace(-priorities_[at(stage)], stage);
  }
}

void Scheduler::reprioritise(std::vector<double> priorities) {
  priorities_ = std::move(priorities);
  std::set<std::pair<double, int>> ready;
  for (const auto& [priority, stage] : ready_) ready.emplace(-priorities_[at(stage)], stage);
  ready_ = std::move(ready);
}

std::vector<bool> Scheduler::unfinished() const {
  std::vector<bool> marks;
  for (const StageStatus& status : status_) {
    marks.push_back(status.state == StageState::waiting || status.state == StageState::running);
  }
  return marks;
}

void Scheduler::add_free_rank(int rank) {
  free_ranks_.insert(rank);
  if (at(rank) >= stage_of_rank_.size()) stage_of_rank_.resize(at(rank) + 1, -1);
}

std::vector<Assignment> Scheduler::assign(double now) {
  std::vector<Assignment> assignments;
  while (!stopped_ && !ready_.empty() && !free_ranks_.empty()) {
    const int stage = ready_.extract(ready_.begin()).value().second;
    const int rank = free_ranks_.extract(free_ranks_.begin()).value();
    StageStatus& status = status_[at(stage)];
    set_state(stage, StageState::running);
    status.rank = rank;
    status.started = now;
    stage_of_rank_[at(rank)] = stage;
    ++running_;
    assignments.push_back({rank, stage});
  }
  return assignments;
}

int Scheduler::stage_of(int rank) const {
  const bool is_known = rank >= 0 && at(rank) < stage_of_rank_.size();
  if (!is_known || stage_of_rank_[at(rank)] < 0)
    throw internal_error("rank " + std::to_string(rank) + " speaks of a stage it does not run");
  return stage_of_rank_[at(rank)];
}

void Scheduler::report(int rank, const study::Progress& progress) {
  status_[at(stage_of(rank))].progress = progress;
}

std::vector<int> Scheduler::end(int rank, const study::StageResult& result, double now) {
  const int stage = stage_of(rank);
  stage_of_rank_[at(rank)] = -1;
  --running_;
  free_ranks_.insert(rank);
  StageStatus& status = status_[at(stage)];
  set_state(stage, state_after(result));
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
    set_state(user, StageState::blocked);
    status.because = cause;
    blocked.push_back(user);
    for (const int further : block_users(user, cause)) blocked.push_back(further);
  }
  return blocked;
}

int Scheduler::count(StageState state, std::optional<study::StageKind> kind) const {
  const auto& of_state = counts_[index(state)];
  return kind ? of_state[index(*kind)] : std::accumulate(of_state.begin(), of_state.end(), 0);
}

}  // namespace m2m::sweep

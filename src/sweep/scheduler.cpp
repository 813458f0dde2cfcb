#include "sweep/scheduler.hpp"

#include <algorithm>
#include <numeric>

namespace m2m::sweep {
namespace {

StageState state_after(const study::StageResult& result) {
  switch (result.end) {
    case study::StageOutcome::done:
      return StageState::done;
    case study::StageOutcome::diverged:
      return StageState::diverged;
    case study::StageOutcome::failed:
      return StageState::failed;
    case study::StageOutcome::interrupted:
    case study::StageOutcome::unsaved:
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
                     std::vector<double> priorities, const std::map<int, study::StageResult>& losses)
    : graph_(graph), status_(graph.stages.size()), priorities_(std::move(priorities)) {
  std::vector<bool> settled = exists;  // a lost stage needs nothing
  for (const auto& [stage, result] : losses) settled[at(stage)] = true;
  const std::vector<bool> to_run = study::stages_to_run(graph, settled);
  if (priorities_.empty()) priorities_ = study::critical_paths(graph, to_run);
  for (const study::Stage& stage : graph.stages) {
    ++counts_[index(StageState::waiting)][index(stage.kind)];
    ++waiting_memory_[stage.memory];
  }
  for (int i = 0; i < graph.size(); ++i) {
    if (!to_run[at(i)]) set_state(i, exists[at(i)] ? StageState::existing : StageState::unneeded);
  }
  for (const auto& [stage, result] : losses) {
    if (!exists[at(stage)]) lose(stage, result);
  }
  for (int i = 0; i < graph.size(); ++i) make_ready_if_possible(i);
}

/// Settles a stage that is not to run, and blocks what needs it.
void Scheduler::lose(int stage, const study::StageResult& result) {
  set_state(stage, state_after(result));
  status_[at(stage)].result = result;
  block_dependents(stage, stage);
}

void Scheduler::set_state(int stage, StageState state) {
  const study::StageKind kind = graph_.stages[at(stage)].kind;
  if (status_[at(stage)].state == StageState::waiting) {
    const auto alike = waiting_memory_.find(graph_.stages[at(stage)].memory);
    if (--alike->second == 0) waiting_memory_.erase(alike);
  }
  --counts_[index(status_[at(stage)].state)][index(kind)];
  ++counts_[index(state)][index(kind)];
  status_[at(stage)].state = state;
}

double Scheduler::memory_to_come() const {
  if (waiting_memory_.empty() || waiting_memory_.begin()->first == 0) return 0;
  return waiting_memory_.rbegin()->first;
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

void Scheduler::add_free_slot(int slot) {
  free_slots_.insert(slot);
  if (at(slot) >= stage_of_slot_.size()) stage_of_slot_.resize(at(slot) + 1, -1);
}

std::vector<Assignment> Scheduler::assign(double now) {
  std::vector<Assignment> assignments;
  while (!stopped_ && !ready_.empty() && !free_slots_.empty()) {
    const int stage = ready_.extract(ready_.begin()).value().second;
    const int slot = free_slots_.extract(free_slots_.begin()).value();
    StageStatus& status = status_[at(stage)];
    set_state(stage, StageState::running);
    status.slot = slot;
    status.started = now;
    stage_of_slot_[at(slot)] = stage;
    ++running_;
    assignments.push_back({slot, stage});
  }
  return assignments;
}

int Scheduler::stage_of(int slot) const {
  const bool is_known = slot >= 0 && at(slot) < stage_of_slot_.size();
  if (!is_known || stage_of_slot_[at(slot)] < 0)
    throw internal_error("worker slot " + std::to_string(slot) + " reports a stage that it does not run");
  return stage_of_slot_[at(slot)];
}

void Scheduler::report(int slot, const study::Progress& progress) {
  status_[at(stage_of(slot))].progress = progress;
}

std::vector<int> Scheduler::finish(int slot, const study::StageResult& result, double now) {
  const int stage = stage_of(slot);
  stage_of_slot_[at(slot)] = -1;
  --running_;
  free_slots_.insert(slot);
  StageStatus& status = status_[at(stage)];
  set_state(stage, state_after(result));
  status.result = result;
  busy_ += now - status.started;
  if (status.state == StageState::done) {
    for (const int dependent : graph_.dependents[at(stage)]) make_ready_if_possible(dependent);
  }
  const bool is_lost = status.state == StageState::failed || status.state == StageState::diverged;
  return is_lost ? block_dependents(stage, stage) : std::vector<int>{};
}

std::vector<int> Scheduler::block_dependents(int stage, int cause) {
  std::vector<int> blocked;
  for (const int dependent : graph_.dependents[at(stage)]) {
    StageStatus& status = status_[at(dependent)];
    if (status.state != StageState::waiting) continue;
    set_state(dependent, StageState::blocked);
    status.cause = cause;
    blocked.push_back(dependent);
    for (const int further : block_dependents(dependent, cause)) blocked.push_back(further);
  }
  return blocked;
}

int Scheduler::count(StageState state, std::optional<study::StageKind> kind) const {
  const auto& of_state = counts_[index(state)];
  return kind ? of_state[index(*kind)] : std::accumulate(of_state.begin(), of_state.end(), 0);
}

}  // namespace m2m::sweep

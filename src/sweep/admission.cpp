#include "sweep/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace m2m::sweep {
namespace {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

bool all_true(const std::vector<bool>& marks) {
  return std::find(marks.begin(), marks.end(), false) == marks.end();
}

}  // namespace

double further_memory(double share, double use, double to_come) { return std::max(share, use * to_come); }

bool admits_another(const std::vector<bool>& has_reported, double further, double free) {
  return has_reported.empty() || (all_true(has_reported) && free >= memory_margin * further);
}

bool admits_at_once(int not_reported, double running, double to_come, double free) {
  return running > 0 && to_come > 0 && free >= memory_margin * (running * not_reported + to_come);
}

std::string memory_limit_text(int admitted, int wanted, double further, double free) {
  return fmt::format(
      "memory admits {} trial{} at a time of the {} wanted: one takes up to {:.1f} GiB, {:.1f} GiB "
      "are free",
      admitted, admitted == 1 ? "" : "s", wanted, further / gibibyte, free / gibibyte);
}

Admission::Admission(int slots, std::function<DeviceMemory()> memory, std::function<void(const std::string&)> log)
    : slots_(static_cast<std::size_t>(slots)), memory_(std::move(memory)), log_(std::move(log)) {}

int Admission::count(State state) const {
  return static_cast<int>(
      std::count_if(slots_.begin(), slots_.end(), [state](const WorkerSlot& slot) { return slot.state == state; }));
}

std::vector<bool> Admission::reports() const {
  std::vector<bool> marks;
  for (const WorkerSlot& slot : slots_) {
    if (slot.state == State::running) marks.push_back(slot.has_reported);
  }
  return marks;
}

std::optional<DeviceMemory> Admission::measure() {
  if (slots_.size() == 1 || !memory_) return std::nullopt;
  const DeviceMemory now = memory_();
  const int running = count(State::running);
  if (running > 0) share_ = std::max(share_, now.used / running);
  const std::vector<double> known = estimates();
  if (!known.empty()) use_ = std::max(use_, now.used / std::accumulate(known.begin(), known.end(), 0.0));
  return now;
}

std::vector<double> Admission::estimates() const {
  std::vector<double> known;
  for (const WorkerSlot& slot : slots_) {
    if (slot.state != State::running) continue;
    if (slot.estimate == 0) return {};
    known.push_back(slot.estimate);
  }
  return known;
}

bool Admission::admits_unmeasured(int not_reported) {
  const std::vector<double> known = estimates();
  if (known.empty()) return false;
  const auto now = measure();
  return now && admits_at_once(not_reported, *std::max_element(known.begin(), known.end()), to_come_, now->free);
}

bool Admission::admits(const std::vector<bool>& reported) {
  const auto not_reported = static_cast<int>(std::count(reported.begin(), reported.end(), false));
  if (not_reported > 0) return admits_unmeasured(not_reported);
  const auto now = measure();
  const double further = further_memory(share_, use_, to_come_);
  if (!now || admits_another(reported, further, now->free)) return true;
  const auto running = static_cast<int>(reported.size());
  if (!std::exchange(has_logged_, true))
    log_(memory_limit_text(running, static_cast<int>(slots_.size()), further, now->free));
  return false;
}

bool Admission::admit(int slot) {
  const std::vector<bool> reported = reports();
  if (count(State::admitted) > 0 || (!reported.empty() && !admits(reported))) return false;
  at(slot).state = State::admitted;
  return true;
}

void Admission::start(int slot, double estimate) {
  measure();
  at(slot) = {State::running, false, estimate};
}

void Admission::finish(int slot) {
  measure();
  at(slot) = {};
}

}  // namespace m2m::sweep

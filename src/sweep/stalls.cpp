#include "sweep/stalls.hpp"

namespace m2m::sweep {

void StallWatch::alive(int rank, const Alive& alive, double now) {
  heard(rank, now);
  at(rank).slots = alive.slots;
}

std::vector<Stall> StallWatch::find(double now) {
  if (timeout_ <= 0) return {};
  if (looked_ && now - *looked_ > timeout_ / 4) forgive(now);
  looked_ = now;
  if (stalled_for(timeout_, now).empty()) return {};
  return stalled_for(0.75 * timeout_, now);  // with those that wait for them, which stopped a moment later
}

void StallWatch::forgive(double now) {
  for (Rank& each : ranks_) {
    if (each.heard) each = {now, {}};
  }
}

std::vector<Stall> StallWatch::stalled_for(double seconds, double now) const {
  std::vector<Stall> silent, idle;
  for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
    const Rank& each = ranks_[rank];
    if (!each.heard) continue;
    const double silence = now - *each.heard;
    if (silence > seconds) {
      silent.push_back({static_cast<int>(rank), std::nullopt, silence, ""});
      continue;  // what it told last says nothing of its stages now
    }
    for (const SlotLife& slot : each.slots) {
      if (slot.idle > seconds) idle.push_back({static_cast<int>(rank), slot.slot, slot.idle, slot.phase});
    }
  }
  silent.insert(silent.end(), idle.begin(), idle.end());
  return silent;
}

}  // namespace m2m::sweep

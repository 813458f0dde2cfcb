#include "support/ptx/order.hpp"

#include <algorithm>

namespace m2m::testing::ptx {

std::uint32_t Timeline::add(const Moment& moment) {
  moments_.push_back(moment);
  return static_cast<std::uint32_t>(moments_.size() - 1);
}

Scope Timeline::order(const Actor& before, const Actor& now) const {
  if (before.moment() != now.moment()) {
    const Moment &a = moments_[before.moment()], &b = moments_[now.moment()];
    if (a.launch != b.launch) return Scope::launch;
    // A cluster barrier orders what its threads do before they arrive.
    const std::uint32_t next = before.has_arrived() ? a.cluster_barriers + 1 : a.cluster_barriers;
    if (a.cluster == b.cluster && next < b.cluster_barriers) return Scope::cluster;
    if (a.block != b.block) return Scope::none;
    if (a.barriers != b.barriers) return Scope::block;
  }
  if (before.warp() != now.warp()) return Scope::none;
  if (before.warp_interval() != now.warp_interval()) return Scope::warp;
  return before.thread() == now.thread() ? Scope::thread : Scope::none;
}

Scope Timeline::scope_of_both(const Actor& a, const Actor& b) const {
  const Moment &first = moments_[a.moment()], &second = moments_[b.moment()];
  if (first.cluster != second.cluster) return Scope::launch;
  if (first.block != second.block) return Scope::cluster;
  if (a.warp() != b.warp()) return Scope::block;
  return a.thread() == b.thread() ? Scope::thread : Scope::warp;
}

void Uses::join(const Timeline& timeline, const Actor& actor) {
  scope = std::max(scope, timeline.scope_of_both(last, actor));
  const bool has_arrived = last.has_arrived();
  last = actor;
  if (has_arrived) last.set_arrived();
}

}  // namespace m2m::testing::ptx

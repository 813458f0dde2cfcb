#include "sweep/heartbeat.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/error.hpp"
#include "core/profile.hpp"

namespace m2m::sweep {

double sign_interval(double stall_timeout) { return std::min(10.0, stall_timeout / 8); }

Heartbeat::Heartbeat(double stall_timeout, HeartbeatCalls calls)
    : timeout_(stall_timeout), calls_(std::move(calls)) {
  if (stall_timeout > 0) thread_ = std::thread([this] { run(); });
}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard guard(mutex_);
    has_ended_ = true;
  }
  ended_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Heartbeat::run() {
  const std::chrono::duration<double> interval(sign_interval(timeout_));
  std::unique_lock lock(mutex_);
  auto last = std::chrono::steady_clock::now();
  while (!ended_.wait_for(lock, interval, [this] { return has_ended_; })) {
    if (seconds_since(last) > timeout_ / 4) calls_.forgive();
    last = std::chrono::steady_clock::now();
    if (const double seconds = silence(); seconds > timeout_) return calls_.end_job(seconds);
  }
}

/// 0 if messages fail, which the slots find out as well.
double Heartbeat::silence() {
  try {
    return calls_.beat();
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace m2m::sweep

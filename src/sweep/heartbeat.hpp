#pragma once
// A worker's signs of life, from a thread of its own: also a rank whose stages wait in a sum gives them.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace m2m::sweep {

/// What a heartbeat calls.
struct HeartbeatCalls {
  std::function<double()> beat;   // sends a sign of life; returns for how long the coordinator gave none
  std::function<void()> forgive;  // the coordinator has the whole timeout again
  std::function<void(double seconds)> end_job;  // the coordinator was silent for longer than the timeout
};

/// Signs of life are this many seconds apart, both ways. Pure.
double sign_interval(double stall_timeout);

/// Beats until it is destroyed. Pauses of the whole process, as of a suspended job, are forgiven.
class Heartbeat {
 public:
  /// stall_timeout: seconds; 0: starts no thread.
  Heartbeat(double stall_timeout, HeartbeatCalls calls);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  void run();
  double silence();

  double timeout_;
  HeartbeatCalls calls_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
  std::thread thread_;
};

}  // namespace m2m::sweep

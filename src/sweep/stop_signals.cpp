#include "sweep/stop_signals.hpp"

#include <atomic>
#include <csignal>

namespace m2m {
namespace {

// A signal handler reaches nothing but what has static storage.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void note_signal(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  if (signal == SIGUSR1) return;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

StopSignals::StopSignals() {
  first_signal = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;  // files being written are not to fail with EINTR
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

StopSignals::~StopSignals() {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) std::signal(signal, SIG_DFL);
}

StopReason StopSignals::received() {
  const int signal = first_signal;
  if (signal == 0) return StopReason::none;
  return signal == SIGUSR1 ? StopReason::requeue : StopReason::interrupted;
}

}  // namespace m2m

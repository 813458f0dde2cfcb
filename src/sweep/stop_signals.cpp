#include "sweep/stop_signals.hpp"

#include <atomic>

namespace m2m::sweep {
namespace {

// A signal handler reaches nothing but what has static storage.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void note_signal(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  if (signal != SIGINT && signal != SIGTERM) return;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

/// Whether whoever started this process wants it to outlive its session, as nohup does.
bool hangup_was_ignored = false;

void look_at_hangup(int, char**, char**) {
  struct sigaction action {};
  hangup_was_ignored = sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Called before any library starts: UCX, which many builds of MPI bring, catches SIGHUP before main begins.
[[gnu::section(".preinit_array"), gnu::used]] void (*look_first)(int, char**, char**) = look_at_hangup;

}  // namespace

StopSignals::StopSignals() {
  first_signal = 0;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU}) handle(signal, note_signal);
  handle(SIGHUP, hangup_was_ignored ? SIG_IGN : note_signal);
  for (const int signal : {SIGPIPE, SIGXFSZ}) handle(signal, SIG_IGN);
}

StopSignals::~StopSignals() {
  for (const auto& [signal, action] : before_) sigaction(signal, &action, nullptr);
}

void StopSignals::handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // files being written are not to fail with EINTR
  sigemptyset(&action.sa_mask);
  struct sigaction old {};
  if (sigaction(signal, &action, &old) == 0) before_.emplace_back(signal, old);
}

StopReason StopSignals::received() {
  switch (first_signal) {
    case 0:
      return StopReason::none;
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
      return StopReason::interrupted;
    default:
      return StopReason::requeue;
  }
}

}  // namespace m2m::sweep

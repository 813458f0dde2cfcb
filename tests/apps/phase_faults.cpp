// Kills m2m-sweep in a phase of the training, or blocks it there. Linked into a copy of the program with --wrap of
// the linker, which sends each call of phase_word here: the program itself has no line of it.
//
// M2M_FAULT_PHASE  the name of the phase, such as "translate"
// M2M_FAULT_CALL   the number of the call, from 1, at whose beginning it happens
// M2M_FAULT_RANK   the rank to which it happens (0 if not given)
// M2M_FAULT_BLOCKS if set, the thread blocks for ever as on a device that answers no more: it takes no signals, and
//                  exit handlers, in which a device's library would wait for the device, do not return either
// M2M_FAULT_LOG    a file that gets a line before
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/profile.hpp"

namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : text;
}

/// The number of the call at which it happens to this process; 0 if it does not.
int last_call() {
  const bool is_chosen = setting("OMPI_COMM_WORLD_RANK", "0") == setting("M2M_FAULT_RANK", "0");
  return is_chosen ? std::atoi(setting("M2M_FAULT_CALL", "0").c_str()) : 0;
}

[[noreturn]] void wait_for_ever() {
  for (;;) ::pause();
}

[[noreturn]] void block(const char* name) {
  m2m::Activity::set(name);  // the caller would do so next
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::atexit(wait_for_ever);
  wait_for_ever();
}

void count_phase(const char* name) {
  static const std::string phase = setting("M2M_FAULT_PHASE", "");
  static const int last = last_call();
  static std::atomic<int> calls = 0;
  if (phase != name || ++calls != last) return;
  std::ofstream(setting("M2M_FAULT_LOG", "/dev/null"), std::ios::app) << last << ' ' << name << std::endl;
  if (std::getenv("M2M_FAULT_BLOCKS") != nullptr) block(name);
  ::kill(::getpid(), SIGKILL);
}

}  // namespace

extern "C" {

// The names that --wrap gives to m2m::phase_word and to its replacement.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
const char* __real__ZN3m2m10phase_wordENS_12ProfilePhaseE(m2m::ProfilePhase phase);

const char* __wrap__ZN3m2m10phase_wordENS_12ProfilePhaseE(m2m::ProfilePhase phase) {
  const char* name = __real__ZN3m2m10phase_wordENS_12ProfilePhaseE(phase);
  count_phase(name);
  return name;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

}  // extern "C"

// Kills m2m-sweep in a phase of the training. Linked into a copy of the program with the linker's --wrap, which
// sends each call of phase_word here: the program itself has no line of it.
//
// M2M_FAULT_PHASE  the name of the phase, such as "translate"
// M2M_FAULT_CALL   the number of the call, from 1, at whose beginning the process is killed
// M2M_FAULT_RANK   the rank that is killed (0 if not given)
// M2M_FAULT_LOG    a file that gets a line before the kill
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

/// The number of the call at which this process is killed; 0 if it is not.
int last_call() {
  const bool is_chosen = setting("OMPI_COMM_WORLD_RANK", "0") == setting("M2M_FAULT_RANK", "0");
  return is_chosen ? std::atoi(setting("M2M_FAULT_CALL", "0").c_str()) : 0;
}

void count_phase(const std::string& name) {
  static const std::string phase = setting("M2M_FAULT_PHASE", "");
  static const int last = last_call();
  static std::atomic<int> calls = 0;
  if (name != phase || ++calls != last) return;
  std::ofstream(setting("M2M_FAULT_LOG", "/dev/null"), std::ios::app) << last << ' ' << name << std::endl;
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

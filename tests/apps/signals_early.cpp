// A library that sends its process SIGTERM before main begins: as a signal that comes while libraries are loading.
#include <errno.h>

#include <csignal>
#include <cstring>

namespace {

[[gnu::constructor]] void signal_early() {
  const bool is_sweep = std::strcmp(program_invocation_short_name, "m2m_fake_sweep") == 0;
  if (is_sweep) std::raise(SIGTERM);  // not the processes that it starts
}

}  // namespace

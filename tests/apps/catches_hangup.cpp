// A library that takes SIGHUP for itself before main begins, as UCX does.
#include <csignal>

namespace {

void swallow(int) {}

[[gnu::constructor]] void take_hangup() { std::signal(SIGHUP, swallow); }

}  // namespace

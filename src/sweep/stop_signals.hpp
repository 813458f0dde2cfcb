#pragma once
// SIGINT and SIGTERM as a wish to stop.

namespace m2m {

/// While it lives, the first SIGINT or SIGTERM is only noted; a second one ends the process as if there were no
/// handler. One at a time per process.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  static bool received();
};

}  // namespace m2m

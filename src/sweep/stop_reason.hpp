#pragma once
// Why a sweep stops before its end.

namespace m2m::sweep {

enum class StopReason {
  none,         // it does not
  interrupted,  // somebody wants it to end: SIGINT, SIGTERM, SIGHUP, a lock that was taken over
  requeue,      // its job is to end and to be put back into the queue: SIGUSR1, SIGUSR2, SIGXCPU, the time limit
  failed,       // a stage failed, and the first failure was to stop it
  unwritable,   // a file cannot be written, or the reader of the log is gone
};

}  // namespace m2m::sweep

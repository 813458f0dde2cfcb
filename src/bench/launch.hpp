#pragma once
// How m2m-sweep is started: the launcher and its ranks, and the process, to which signals are passed on.
#include <csignal>
#include <functional>
#include <string>
#include <vector>

namespace m2m::bench {

/// What a run may use, and how it is to be started.
struct LaunchWish {
  std::string launcher = "auto";  // "auto", "none", or the words of a launcher
  int ranks = 0;                  // 0: not given
  int devices = 0;                // 0: not given
  int threads = 1;                // of a rank
  bool on_gpu = false;
  int trials = 1;  // of the class: further ranks would be idle
};

/// The place in which m2m-bench was started.
struct Surroundings {
  int cores = 1;               // that this process may use
  int gpus = 0;                // that it sees
  bool in_allocation = false;  // of Slurm
  bool has_srun = false, has_mpirun = false;
  bool is_one_of_many = false;  // a launcher has started several processes of m2m-bench
};

/// Looks at the environment of this process. gpus: that it sees.
Surroundings look_around(int gpus);

/// The words in front of m2m-sweep; none: it runs alone.
///
/// By default srun within an allocation of Slurm, else mpirun if more than one rank is useful, else nothing. Ranks
/// by default: one for each device, at most one for each trial; within an allocation as many as its tasks. Pure.
/// Throws Error (usage) if ranks cannot be started, or if a launcher has started m2m-bench itself.
std::vector<std::string> launcher_words(const LaunchWish& wish, const Surroundings& place);

/// Holds back the signals that stop a sweep, from its making to its end, so that wait_for() can pass them on. Make
/// it before any other thread is started. Signals that this process ignores stay ignored. Its end drops those that
/// came too late to be passed on.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  const sigset_t& held() const { return held_; }
  const sigset_t& before() const { return before_; }

 private:
  sigset_t held_{}, before_{};
};

/// Runs a command to its end: in a process group of its own, with the output of this process and without input.
///
/// Signals that stop a sweep are passed on to it. tick: called about ten times a second. Returns its exit code, 128
/// plus the signal that ended it, or 4 (interrupted) if a launcher made a 1 of SIGINT, SIGTERM or SIGHUP. Local.
/// Throws Error (usage) if the command cannot be started.
int run_passing_signals(const std::vector<std::string>& command, const HeldSignals& signals,
                        const std::function<void()>& tick);

}  // namespace m2m::bench

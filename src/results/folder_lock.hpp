#pragma once
// The lock of an output folder, which keeps two sweeps from overwriting each other's files.
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace m2m::results {

/// The times of a lock, in seconds.
struct LockTimes {
  double heartbeat = 10;  // between two heartbeats
  double stale = 180;     // without a heartbeat after which a holder counts as dead
  double instant = 5;     // after which what takes an instant, such as writing the lock, counts as interrupted
};

/// Holds FOLDER/lock.json: created with O_EXCL, its modification time is the last heartbeat. Works on NFS.
///
/// Takes a lock over if its heartbeat is too old, and at once if its holder ran on this host and is dead. One that
/// its maker, killed in that instant, left without content is taken over after some seconds. The destructor removes
/// the lock; after a kill the next sweep takes it over.
class FolderLock {
 public:
  /// Makes the folder and takes its lock; waits some seconds for one without content. Throws Error: held if another
  /// sweep has it (names holder, host and last heartbeat), input_output if the folder cannot be written.
  explicit FolderLock(const std::filesystem::path& folder, LockTimes times = {});
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// True if another sweep took over the lock because its heartbeat was too old. Thread-safe.
  bool lost() const { return lost_; }

 private:
  void run_heartbeat(double every);

  std::filesystem::path file_;
  std::string token_;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread heartbeat_;
};

/// The live holder of the lock of `folder`, "process 4711 on host a17"; "" if there is none. Writes nothing, so it
/// compares the heartbeat with the clock of this host.
std::string live_holder(const std::filesystem::path& folder, LockTimes times = {});

}  // namespace m2m::results

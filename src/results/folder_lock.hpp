#pragma once
// The lock of an output folder: two sweeps in one folder would overwrite each other's files.
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace m2m::results {

struct LockTimes {
  double heartbeat = 10;  // seconds between signs of life
  double stale = 180;     // seconds without one after which a holder counts as dead
};

/// Holds FOLDER/lock.json, made with O_EXCL, its modification time the holder's last sign of life: works on NFS.
///
/// A lock is taken over from a holder that gave no sign of life for long, and at once from one that ran on this
/// host and is gone. The destructor gives the lock back; a kill leaves it to be taken over.
class FolderLock {
 public:
  /// Makes the folder. Throws Error: held where somebody else holds it, with who, where and when last seen;
  /// input_output where the folder cannot be written.
  explicit FolderLock(const std::filesystem::path& folder, LockTimes times = {});
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// True once another sweep has taken the lock over, because this process gave no sign of life for too long.
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

/// "process 4711 on host a17" where the lock of `folder` has a holder that lives; else "". Writes nothing: a sign
/// of life is judged by this host's clock.
std::string live_holder(const std::filesystem::path& folder, LockTimes times = {});

}  // namespace m2m::results
